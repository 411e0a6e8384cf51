// Buttons of the page of devices that need no server: show all rows, copy a command.
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
    button.textContent = copied ? "Copied" : "Selected: press Ctrl C";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".show-all")) {
      const card = button.closest(".card"), next = card.querySelector("tbody .row:nth-child(9)");
      card.dataset.all = "1";
      next?.querySelector("a, button, summary")?.focus({ preventScroll: true });
    }
    if (button?.matches(".copy") && !button.textContent.startsWith("Copied")) copy(button);
  });
})();
