/** What can be done with a whole conversation: its prompt copied, itself exported or removed. */

import { asMarkdown } from "./conversation.js";
import { save } from "./exchange.js";

/** Wire the buttons; `copyPrompt()` copies what a model would be shown. */
export function mountConversationTools(page, { find, discussion, tell, copyPrompt }) {
  const asJson = (task_id, messages) => JSON.stringify({ task_id, messages }, null, 2);
  const exportAs = (asText, ending) => () => {
    const { taskId, messages } = discussion.store.get();
    save(page, `discussion_${taskId}.${ending}`, asText(taskId, messages));
  };
  find("copy-prompt").addEventListener("click", copyPrompt);
  find("export").addEventListener("click", exportAs(asJson, "json"));
  find("export-markdown").addEventListener("click", exportAs(asMarkdown, "md"));
  find("clear-history").addEventListener("click", () => askToClear(discussion, tell));
}

/** The question is about one conversation: it goes away with it. */
function askToClear(discussion, tell) {
  const { taskId, messages } = discussion.store.get();
  if (!messages.length) return;
  const question = tell(`Remove the whole conversation about task ${taskId}?`, { action: ["Remove it", () => discussion.clear()] });
  const end = discussion.store.watch((state) => {
    if (state.taskId === taskId) return;
    question.remove();
    end();
  });
}
