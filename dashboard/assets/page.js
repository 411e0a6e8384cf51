// What a page does without its server: a chart as a table, as a picture, as figures; menus that close.
(function () {
  "use strict";
  const folds = "details.menu[open], details.more[open]";

  function save(name, href) {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    link.click();
  }
  function saveText(name, text) {
    const href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    save(name, href);
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }
  // A cell that begins as a formula would is not run as one.
  const cell = (value) => {
    const text = String(value ?? ""), plain = /^[=+@\t\r]/.test(text) || (/^-/.test(text) && isNaN(text)) ? "'" + text : text;
    return /[",\r\n]/.test(plain) ? '"' + plain.replaceAll('"', '""') + '"' : plain;
  };
  const csv = (rows) => rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  const named = (name, ending) => "heatledger-" + name + location.search.replace(/[^\w-]+/g, "-").replace(/^-$/, "") + "." + ending;

  function asTable(button, chart) {
    const on = chart.classList.toggle("tabled");
    button.setAttribute("aria-expanded", on);
    button.textContent = heatledgerSays(on ? "Chart" : "Table");
    if (!on) dispatchEvent(new Event("resize"));
  }
  async function asPicture(chart) {
    const drawn = chart.querySelector(".js-plotly-plot"), style = getComputedStyle(document.documentElement);
    const title = chart.closest(".card").querySelector(".card-title").textContent;
    const layout = { ...drawn.layout, paper_bgcolor: style.getPropertyValue("--surface").trim(),
      title: { text: title, x: 0.02, y: 0.97, font: { size: 16, color: style.getPropertyValue("--ink").trim() } },
      margin: { ...drawn.layout.margin, t: 52 } };
    const href = await Plotly.toImage({ data: drawn.data, layout }, { format: "png", scale: 2, width: drawn.clientWidth, height: drawn.clientHeight + 38 });
    save(named(chart.dataset.name, "png"), href);
  }
  function asFigures(chart) {
    const meta = chart.querySelector(".js-plotly-plot").layout.meta;
    saveText(named(chart.dataset.name, "csv"), csv([meta.columns, ...meta.rows]));
  }
  function tableAsFigures(button) {
    const table = document.getElementById(button.dataset.of);
    const rows = [...table.querySelectorAll("tr")].map((row) => [...row.children].map((one) => one.dataset.value ?? one.textContent));
    saveText(named(button.dataset.of, "csv"), csv(rows));
  }

  // What a figure is made of is asked when it is pressed; what was shown of another one goes first.
  function explain(place) {
    const drawer = document.querySelector("dialog.explanation");
    window.dash_clientside.set_props("shell-explanation", { children: "" });
    window.dash_clientside.set_props("shell-asked", { data: { ...Object.fromEntries(new URLSearchParams(location.search)), place } });
    if (!drawer.open) drawer.showModal();
  }

  // A point of a chart is a figure too; what draws charts makes its listeners anew with each one it draws.
  const told = new WeakSet();
  document.addEventListener("pointerover", (event) => {
    const drawn = event.target.closest?.(".js-plotly-plot");
    if (!drawn?.on || told.has(drawn.on)) return;
    told.add(drawn.on);
    drawn.on("plotly_click", ({ points }) => {
      const place = points.map((point) => point.customdata).find((one) => typeof one === "string");
      if (place) explain(place);
    });
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll(folds).forEach((menu) => { if (!menu.contains(event.target) || event.target.closest("a, .opens-screen")) menu.open = false; });
    const button = event.target.closest("button"), chart = button?.closest(".chart");
    if (button?.matches(".as-table")) asTable(button, chart);
    if (button?.matches(".as-png")) asPicture(chart);
    if (button?.matches(".as-csv")) asFigures(chart);
    if (button?.matches(".rows-csv")) tableAsFigures(button);
    if (button?.matches(".explains")) explain(button.dataset.place);
    if (button?.matches(".closes") || event.target.matches("dialog")) event.target.closest("dialog").close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll(folds).forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  // A day is picked with the browser's own calendar where it has one.
  new MutationObserver(() => {
    document.querySelectorAll(".day-field:is(input), .day-field input").forEach((field) => { if (field.type === "text") field.type = "date"; });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
