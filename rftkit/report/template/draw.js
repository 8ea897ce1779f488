const dark = window.matchMedia("(prefers-color-scheme: dark)");

function draw(figure, night) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const place = document.createElement("div");
  // a drawn chart has no menu: its links would leave the page
  return vegaEmbed(place, spec, { actions: false, renderer: "svg", theme: night ? "dark" : undefined, config: { background: "transparent" } })
    .then(() => {
      for (const old of figure.querySelectorAll(":scope > :not(script)")) old.remove();
      figure.prepend(place);
      figure.dataset.drawn = "yes";
    })
    .catch((why) => { figure.dataset.drawn = "no"; figure.title = String(why); });
}

function drawAll(night) {
  for (const figure of document.querySelectorAll("figure.chart")) draw(figure, night);
}

drawAll(dark.matches);
dark.addEventListener("change", () => drawAll(dark.matches));
window.addEventListener("beforeprint", () => drawAll(false));
window.addEventListener("afterprint", () => drawAll(dark.matches));
