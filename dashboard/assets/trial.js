// The live part of a guided test run: asked for every other second while somebody looks, and at once when a phone wakes.
(() => {
  "use strict";
  const part = document.getElementById("trial-now");
  if (!part) return;
  const lost = document.getElementById("trial-lost");
  const done = document.getElementById("trial-done");
  let shown = "";
  let asking = false;

  const put = (html) => {
    if (html === shown) return;
    shown = html;
    part.innerHTML = html;
    const now = part.querySelector(".trial-part");
    if (now.dataset.running !== "1") location.reload();
    if (done) done.hidden = now.dataset.asks !== "1";
  };

  const ask = async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(part.dataset.from, { signal: AbortSignal.timeout(20000) });
      if (answer.status === 401 || answer.status === 403 || answer.redirected) location.reload();
      if (!answer.ok) throw new Error(answer.status);
      put(await answer.text());
      lost.hidden = true;
    } catch {
      lost.textContent = part.dataset.lost;
      lost.hidden = false;
    } finally {
      asking = false;
    }
  };

  setInterval(ask, 2000);
  document.addEventListener("visibilitychange", ask);
})();
