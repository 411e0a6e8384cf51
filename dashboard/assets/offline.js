// The page without network: says since when, asks again by itself, and goes back to what was asked for.
(function () {
  "use strict";
  const ASK_S = [0.5, 1, 2, 5], place = new URL("../", document.currentScript.src);
  const since = Number(localStorage.getItem("heatledger-heard:" + place.pathname)) || Date.now();
  const hour12 = localStorage.getItem("heatledger-clock") === "12", at = new Date(since);
  const clock = at.toLocaleTimeString(hour12 ? "en-US" : "en-GB", { hour: "numeric", minute: "2-digit", hour12 }).toLowerCase();
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? "" : at.toLocaleDateString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short" }) + ", ";
  const head = document.getElementById("since");
  head.textContent = head.dataset.since.replace("{time}", day + clock);
  let asks = 0, waiting = 0;
  async function ask() {
    try {
      const answer = await fetch(new URL("me", place), { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status > 500) throw new Error("a proxy answered for it");
      location.reload();
    } catch {
      const pause_s = ASK_S[Math.min(asks, ASK_S.length - 1)] * (0.8 + 0.4 * Math.random());
      asks += 1;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 1000 * pause_s);
    }
  }
  for (const wakes of ["online", "visibilitychange"]) addEventListener(wakes, () => { asks = 0; ask(); }, true);
  document.getElementById("again").addEventListener("click", () => { asks = 0; ask(); });
  ask();
})();
