// Setting up, one step at a time: without this script all steps stand below one another on the same page.
(() => {
  "use strict";
  const steps = [...document.querySelectorAll(".form-page .step")];
  if (!steps.length) return;
  const links = [...document.querySelectorAll(".form-page .steps a")];
  const last = document.querySelector(".stepped > button");
  const words = { back: links[0].closest("nav").dataset.back, next: links[0].closest("nav").dataset.next };

  const show = (name, focus) => {
    const at = Math.max(steps.findIndex((step) => step.id === name), 0);
    steps.forEach((step, number) => { step.hidden = number !== at; });
    links.forEach((link) => link.removeAttribute("aria-current"));
    links[at].setAttribute("aria-current", "step");
    if (last) last.hidden = !steps[at].closest(".stepped");
    if (focus) { steps[at].querySelector("h2").focus(); window.scrollTo(0, 0); }
  };

  const turn = (to, word, kind) => {
    const link = document.createElement("a");
    link.className = `button ${kind}`;
    link.href = `#${steps[to].id}`;
    link.textContent = word;
    return link;
  };

  steps.forEach((step, number) => {
    step.querySelector("h2").tabIndex = -1;
    const row = document.createElement("div");
    row.className = "turns";
    if (number > 0) row.append(turn(number - 1, words.back, "plain"));
    if (number < steps.length - 1) row.append(turn(number + 1, words.next, "plain"));
    step.append(row);
  });
  document.addEventListener("invalid", (event) => {
    const step = event.target.closest(".step");
    if (step && step.hidden) show(step.id, false);
  }, true);
  window.addEventListener("hashchange", () => show(location.hash.slice(1), true));
  show(location.hash.slice(1), false);
})();
