const dark = window.matchMedia("(prefers-color-scheme: dark)");

function draw(figure, night) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  // a notebook's colours stand on white and on black; a page knows which it is
  const ink = night ? "#e2e2e2" : "#222222";
  const config = spec.config ?? (spec.config = {});
  for (const part of ["axis", "legend"]) config[part] = { ...config[part], labelColor: ink, titleColor: ink };
  if (typeof spec.title === "object") spec.title.color = ink;
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
