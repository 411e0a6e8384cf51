// What the page of devices does without its server: show all rows, copy a command, keep open what is open.
(function () {
  "use strict";
  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    const range = document.createRange(), selection = getSelection();
    range.selectNodeContents(code);
    selection.removeAllRanges();
    selection.addRange(range);
    let copied = false;
    try { await navigator.clipboard.writeText(code.textContent); copied = true; } catch { copied = document.execCommand("copy"); } // no clipboard over plain http
    button.textContent = heatledgerSays(copied ? "Copied" : "Selected: press Ctrl C");
    setTimeout(() => { button.textContent = heatledgerSays("Copy"); }, 2000);
  }
  // Dash builds a table anew when rows come or move: what was open opens again, what had the focus gets it back.
  const opened = new Set(), presses = "a, button, summary";
  let focused = null;
  new MutationObserver(() => {
    for (const id of opened) {
      const folded = document.getElementById(id);
      if (folded && !folded.open) folded.open = true;
    }
    if (focused && document.activeElement === document.body && !focused.element.isConnected) {
      document.getElementById(focused.id)?.querySelectorAll(presses)[focused.number]?.focus({ preventScroll: true });
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("focusin", (event) => {
    const within = event.target.closest("details[id]");
    focused = within && { element: event.target, id: within.id, number: [...within.querySelectorAll(presses)].indexOf(event.target) };
  });
  document.addEventListener("click", (event) => {
    const folded = event.target.closest("summary")?.closest(".page details[id]");
    if (folded) opened[folded.open ? "delete" : "add"](folded.id);
    const button = event.target.closest("button");
    if (button?.matches(".show-all")) {
      const card = button.closest(".card"), next = card.querySelector("tbody .row:nth-child(9)");
      card.dataset.all = "1";
      next?.querySelector("a, button, summary")?.focus({ preventScroll: true });
    }
    if (button?.matches(".copy") && button.textContent !== heatledgerSays("Copied")) copy(button);
  });
})();
