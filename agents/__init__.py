"""One file per prompt strategy: messages(task) and parse(text), without input or output."""
