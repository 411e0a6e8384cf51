// A tablet on the wall: awake, dark at night, never the same pixels for long, and back on the first page by itself.
(function () {
  "use strict";
  const root = document.documentElement, place = new URL("../", document.currentScript.src);
  const IDLE_S = 120, WOKEN_S = 60, SHIFT_S = 90, LONG_S = 2, DAY_MIN = 1440;
  const SHIFTS = [[0, 0], [4, 0], [4, 4], [0, 4], [-4, 4], [-4, 0], [-4, -4], [0, -4], [4, -4]]; // px
  const WANDERS = [[10, 12], [80, 30], [25, 70], [95, 90], [45, 20], [5, 45], [70, 60], [35, 95], [90, 5], [55, 40]]; // % of the room left
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const standing = matchMedia("(display-mode: fullscreen), (display-mode: standalone)");
  const kept = (store, name) => { try { return store.getItem(name); } catch { return null; } };
  const keep = (store, name, value) => { try { store.setItem(name, value); } catch { /* it is asked again */ } };

  const asked = new URLSearchParams(location.search).get("wall");
  if (asked !== null) keep(sessionStorage, "heatledger-wall", asked === "off" ? "off" : "on");
  function onWall() {
    const said = kept(sessionStorage, "heatledger-wall");
    const meant = said === "on" || root.dataset.role === "wall" || standing.matches;
    return said !== "off" && meant && Math.min(innerWidth, innerHeight) >= 600;
  }

  // Awake: a lock that the browser takes back whenever the page is hidden.
  let lock = null, asking = false;
  async function stayAwake() {
    if (!onWall() || document.visibilityState !== "visible" || lock || asking) return;
    if (!navigator.wakeLock) { root.dataset.awake = window.isSecureContext ? "missing" : "insecure"; return; }
    asking = true;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; delete root.dataset.awake; });
      root.dataset.awake = "held";
    } catch { root.dataset.awake = "refused"; }
    asking = false;
  }

  // Night, by the home's own clock; without a server by how long ago that was heard.
  let heard = "", heardAt = 0, wokenUntil = 0, faulty = false, touchedAt = Date.now();
  const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  function hoursOfNight() {
    const own = kept(localStorage, "heatledger-night");
    return own === "never" ? "" : own || document.getElementById("screen")?.dataset.night || "";
  }
  function isNight(now) {
    const hours = hoursOfNight();
    if (!hours || !heard) return false;
    const at = (minutes(heard) + (now - heardAt) / 60000) % DAY_MIN, [from, to] = hours.split("-").map(minutes);
    return from <= to ? at >= from && at < to : at >= from || at < to;
  }
  function listen(now) {
    const said = document.getElementById("now-sky")?.textContent;
    if (said && said !== heard) { heard = said; heardAt = now; }
    const sky = onWall() ? heard.split(" ")[1] || "" : "";
    if ((root.dataset.sky || "") !== sky) { root.dataset.sky = sky; dispatchEvent(new Event("heatledger-sky")); }
    const fault = Boolean(document.querySelector("#now-badge.act-now"));
    if (fault && !faulty) wokenUntil = now + 1000 * WOKEN_S;
    faulty = fault;
  }

  function move(now) {
    const calm = still.matches, [x, y] = calm ? [0, 0] : SHIFTS[Math.floor(now / 1000 / SHIFT_S) % SHIFTS.length];
    const [left, top] = WANDERS[calm ? 0 : Math.floor(now / 60000) % WANDERS.length];
    for (const [name, value] of [["--shift-x", x + "px"], ["--shift-y", y + "px"], ["--night-x", left + "%"], ["--night-y", top + "%"]])
      if (root.style.getPropertyValue(name) !== value) root.style.setProperty(name, value);
    root.classList.toggle("swapped", Math.floor(now / 86400000) % 2 === 1);
  }

  function rest(now) {
    if (now - touchedAt < 1000 * IDLE_S) return;
    document.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
    document.querySelectorAll("dialog[open]").forEach((one) => one.close());
    touchedAt = now;
    if (!document.querySelector(".wall")) location.href = new URL("./?wall", place).href;
  }

  function look() {
    const now = Date.now(), on = onWall();
    root.classList.toggle("on-wall", on);
    listen(now);
    root.classList.toggle("at-night", on && isNight(now) && now > wokenUntil);
    if (!on) return;
    move(now);
    rest(now);
  }

  // A touch wakes; one of two seconds opens what this screen has of its own.
  let pressed = 0, began = null;
  function open() {
    const panel = document.getElementById("screen");
    panel?.querySelectorAll(".night-choice").forEach((one) => one.setAttribute("aria-pressed", one.dataset.night === (kept(localStorage, "heatledger-night") || "")));
    if (panel && !panel.open) panel.showModal();
  }
  addEventListener("pointerdown", (event) => {
    touchedAt = Date.now();
    wokenUntil = touchedAt + 1000 * WOKEN_S;
    look();
    stayAwake();
    began = [event.clientX, event.clientY];
    clearTimeout(pressed);
    if (onWall() && event.target.closest?.(".wall")) pressed = setTimeout(() => {
      addEventListener("click", (late) => { late.preventDefault(); late.stopPropagation(); }, { capture: true, once: true });
      open();
    }, 1000 * LONG_S);
  }, true);
  for (const ends of ["pointerup", "pointercancel"]) addEventListener(ends, () => clearTimeout(pressed), true);
  addEventListener("pointermove", (event) => {
    if (began && Math.hypot(event.clientX - began[0], event.clientY - began[1]) > 10) clearTimeout(pressed);
  }, true);
  addEventListener("contextmenu", (event) => { if (onWall()) event.preventDefault(); });
  addEventListener("keydown", () => { touchedAt = Date.now(); wokenUntil = touchedAt + 1000 * WOKEN_S; look(); }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest(".opens-screen")) open();
    const choice = event.target.closest(".night-choice");
    if (choice) { keep(localStorage, "heatledger-night", choice.dataset.night); open(); look(); }
  });

  for (const changes of ["visibilitychange", "heatledger-role", "resize"]) addEventListener(changes, () => { look(); stayAwake(); }, true);
  setInterval(look, 1000);
  setInterval(stayAwake, 60000);
  look();
  stayAwake();
})();
