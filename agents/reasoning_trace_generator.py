"""Prompt strategy: explain in words the rule behind a task."""

from agents.prompting import conversation, train_pairs_text
from utilities.data_loader import Task
from utilities.model_utils import Message

INSTRUCTIONS = """Explain the rule in words. Compare input and output of each train pair: sizes, colours, shapes, \
positions, counts, symmetries. Say what stays and what changes, state one rule that explains every pair, check it against \
each of them, and then write it as numbered steps that a person could follow on a new input grid. Write no code."""


class ReasoningTraceGenerator:
    """Asks for a reasoning trace."""

    def messages(self, task: Task) -> tuple[Message, ...]:
        """The prompt: the train pairs of `task`, never its test pairs."""
        return conversation(INSTRUCTIONS, f"{train_pairs_text(task)}\n\nExplain the rule of this puzzle.")

    def parse(self, text: str) -> str | None:
        """The trace; None when the reply is blank."""
        return text.strip() or None
