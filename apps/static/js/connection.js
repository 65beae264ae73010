/** What the bar says about the connection and about changes that wait; and the live stream that tells when it is back. */

import { counted, setText } from "./element.js";
import { KeptStream } from "./stream.js";

/** `button` shows the state; a click tries again at once. */
export function mountStatus(button, { outbox, retry }) {
  let isCut = false;
  button.addEventListener("click", retry);

  function show() {
    const { waiting, phase } = outbox.state.get();
    const number = counted(waiting.length, "change");
    const isOffline = isCut || phase === "offline";
    const text = phase === "signed_out" && waiting.length ? `${number} wait${waiting.length === 1 ? "s" : ""} for your name`
      : isOffline && waiting.length ? `Offline · ${number} waiting`
        : isOffline ? "Offline · catching up when it is back" : "";
    setText(button, text);
    button.dataset.waiting = waiting.length;
    button.hidden = text === "";
    button.title = text && "Everything is kept in this browser and sent as soon as it can be. Click to try now.";
  }

  outbox.state.watch(show);
  show();
  return (cut) => {
    isCut = cut;
    show();
  };
}

/** Live updates: `address()` is the stream, `firstId` the event it begins after, `onEvent(kind, data)` gets what others do, `onCatchUp` is told after a gap. */
export function liveUpdates(address, firstId, { onEvent, onCatchUp, onCut, onBack }) {
  let wasCut = false;
  const cut = () => {
    wasCut = true;
    onCut();
  };
  const stream = new KeptStream(address, firstId, {
    onOpen() {
      onBack();
      if (wasCut) onCatchUp();
      wasCut = false;
    },
    onEvent: ({ event, data }) => onEvent(event, JSON.parse(data)),
    onPoll: onCatchUp,
    onLost: cut,
  });
  addEventListener("offline", cut);
  addEventListener("online", () => stream.reopen());
  return stream;
}
