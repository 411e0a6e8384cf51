// The colour scheme: what the address asks for, else what was chosen, on the wall by the sun over the home, else what the
// browser prefers; and the words of the other scripts in the reader's language.
(function () {
  "use strict";
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("scheme");
  const light = matchMedia("(prefers-color-scheme: light)"), more = matchMedia("(prefers-contrast: more)");
  const paint = () => {
    const chosen = [asked, root.dataset.look].find((one) => ["light", "dark", "contrast"].includes(one));
    const sky = { day: "light", dark: "dark" }[root.dataset.sky];
    root.dataset.scheme = chosen || (more.matches ? "contrast" : sky || (light.matches ? "light" : "dark"));
  };
  const change = () => {
    const before = root.dataset.scheme;
    paint();
    if (before === root.dataset.scheme) return;
    // and the charts, which are drawn on the server
    const page = document.querySelector(".beat")?.id.replace("-beat", "");
    if (document.querySelector(".controls")) window.dash_clientside.set_props(page + "-scheme", { data: root.dataset.scheme });
  };
  for (const wish of [light, more]) wish.addEventListener("change", change);
  addEventListener("heatledger-sky", change);
  const words = JSON.parse(root.dataset.words || "{}");
  window.heatledgerSays = (text) => words[text] || text;
  paint();
})();
