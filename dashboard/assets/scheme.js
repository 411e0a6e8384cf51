// The colour scheme: what the address asks for, else what the browser prefers.
(function () {
  "use strict";
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("scheme");
  const light = matchMedia("(prefers-color-scheme: light)");
  const paint = () => { root.dataset.scheme = asked === "light" || asked === "dark" ? asked : light.matches ? "light" : "dark"; };
  light.addEventListener("change", () => {
    paint(); // and the charts, which are drawn on the server
    const page = document.querySelector(".beat")?.id.replace("-beat", "");
    if (document.querySelector(".controls")) window.dash_clientside.set_props(page + "-scheme", { data: root.dataset.scheme });
  });
  paint();
})();
