// The controls of a room: steps are gathered for a moment, then asked for at once; what comes of it is pushed.
(function () {
  "use strict";
  const QUIET_MS = 700, base = document.currentScript.src, waiting = new Map();
  const nearest = (target) => target.closest && target.closest(".zone-control");
  const shown = (celsius, unit) => unit === "F" ? `${Math.round(celsius * 1.8 + 32)} °F` : `${celsius.toFixed(1)} °C`;

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".zone-control .step");
    if (!button) return;
    const control = nearest(button);
    if (button.dataset.mode) ask(control, { mode: button.dataset.mode });
    else step(control, Number(button.dataset.step));
  });
  document.addEventListener("change", (event) => {
    const control = nearest(event.target);
    if (!control || !event.target.value) return;
    const celsius = begins(control);
    ask(control, celsius === null ? { mode: event.target.value } : { mode: event.target.value, setpoint: celsius });
    event.target.value = "";
  });

  function begins(control) {
    const found = control.querySelector(".begins");
    return found ? Number(found.dataset.celsius) : null;
  }

  function step(control, count) {
    const key = `${control.dataset.home}/${control.dataset.zone}`, before = waiting.get(key);
    const from = before ? before.celsius : begins(control);
    if (from === null) return;
    const celsius = control.dataset.unit === "F"
      ? (Math.round(from * 1.8 + 32) + count - 32) / 1.8 : Math.round(from * 2 + count) / 2;
    if (before) clearTimeout(before.timer);
    const timer = setTimeout(() => { waiting.delete(key); ask(control, { setpoint: celsius }); }, QUIET_MS);
    waiting.set(key, { celsius, timer });
    control.querySelector(".problem").textContent = shown(celsius, control.dataset.unit);
  }

  async function ask(control, wanted) {
    const problem = control.querySelector(".problem");
    const address = new URL(`../api/v1/zones/${encodeURIComponent(control.dataset.zone)}`, base);
    address.searchParams.set("home", control.dataset.home);
    try {
      const answer = await fetch(address, {
        method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted),
      });
      problem.textContent = answer.ok ? "" : (await answer.json()).error;
    } catch { problem.textContent = "…"; /* no server: now.js says so */ }
  }
})();
