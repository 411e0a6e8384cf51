// The colour scheme: what the address asks for, on the wall by the sun over the home, else what the browser prefers.
(function () {
  "use strict";
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("scheme");
  const light = matchMedia("(prefers-color-scheme: light)");
  const paint = () => { root.dataset.scheme = asked === "light" || asked === "dark" ? asked : root.dataset.sky ? { day: "light", dark: "dark" }[root.dataset.sky] : light.matches ? "light" : "dark"; };
  const change = () => {
    const before = root.dataset.scheme;
    paint();
    if (before === root.dataset.scheme) return;
    // and the charts, which are drawn on the server
    const page = document.querySelector(".beat")?.id.replace("-beat", "");
    if (document.querySelector(".controls")) window.dash_clientside.set_props(page + "-scheme", { data: root.dataset.scheme });
  };
  light.addEventListener("change", change);
  addEventListener("heatledger-sky", change);
  paint();
})();
