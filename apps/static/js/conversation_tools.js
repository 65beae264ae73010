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
  find("clear-history").addEventListener("click", () => {
    if (!discussion.store.get().messages.length) return;
    tell("Remove the whole conversation about this task?", { action: ["Remove it", () => discussion.clear()] });
  });
}
