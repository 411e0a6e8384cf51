// Whether the server is heard: its beat comes every second with the live values.
(function () {
  "use strict";
  const root = document.documentElement;

  const place = new URL("../", document.currentScript.src).pathname;
  const SOON_S = 3, GONE_S = 15, ASK_S = [0.5, 1, 2, 5];
  const QUIET_S = 60, build = document.querySelector("meta[name=build]")?.content;
  let newer = false, touchedAt = -Infinity;
  let beat = null, heardAt = Date.now(), answeredAt = 0, askAt = 0, asks = 0;

  function clock(at) {
    const halves = /[ap]m$/.test(document.querySelector(".clock")?.textContent || "pm");
    return new Date(at).toLocaleTimeString(halves ? "en-US" : "en-GB", { hour: "numeric", minute: "2-digit", hour12: halves }).toLowerCase();
  }

  // Dash gives up connecting after some minutes: once the server answers again and Dash does not, the page loads anew.
  // Whoever is no longer let in sees at once what lets them in.
  async function ask() {
    askAt = Date.now() + 1000 * ASK_S[Math.min(asks, ASK_S.length - 1)] * (0.8 + 0.4 * Math.random());
    asks += 1;
    try {
      const answer = await fetch("me", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status === 401) return location.reload();
      if (answer.status > 500) throw new Error("a proxy answered for it");
      answeredAt = answeredAt || Date.now();
    } catch { answeredAt = 0; }
  }
  // The page without network says since when: kept now and then, for a tablet's memory wears.
  let keptAt = 0;
  function keep() {
    keptAt = Date.now();
    try {
      localStorage.setItem("heatledger-heard:" + place, heardAt);
      localStorage.setItem("heatledger-clock", clock(0).endsWith("m") ? "12" : "24");
    } catch { /* a browser that keeps nothing */ }
  }
  addEventListener("pagehide", () => { if (beat) keep(); });

  for (const wakes of ["online", "visibilitychange"]) addEventListener(wakes, () => { asks = askAt = 0; }, true);
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { touchedAt = Date.now(); }, true);

  setInterval(() => {
    const now = Date.now(), pulse = document.querySelector(".beat"), words = pulse?.textContent;
    if (!pulse && !beat) heardAt = now;
    if (words && words !== beat) {
      if (pulse.title) newer = pulse.title !== build;
      beat = words; heardAt = now; answeredAt = asks = askAt = 0;
    }
    if (newer && now - touchedAt > 1000 * QUIET_S) location.reload();
    const quiet = (now - heardAt) / 1000, link = document.querySelector(".link");
    root.classList.toggle("away", quiet > SOON_S);
    root.classList.toggle("gone", quiet > GONE_S);
    const line = quiet > GONE_S ? heatledgerSays("not connected since {time}").replace("{time}", clock(heardAt)) : quiet > SOON_S ? heatledgerSays("reconnecting") : "";
    if (link && link.textContent !== line) link.textContent = line;
    if (beat && now - keptAt > 60000 && quiet < 1) keep();
    if (quiet > SOON_S && now >= askAt) ask();
    if (quiet > GONE_S && answeredAt && now - answeredAt > 6000) location.reload();
  }, 500);

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.hearing[open]").forEach((sheet) => { if (!sheet.contains(event.target)) sheet.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.hearing[open]").forEach((sheet) => { sheet.open = false; });
  });
})();
