// What a person can pull: the quantities of the workload.

const KNOWN = { guess: "a guess", limit: "the limit of the answer", default: "as the source says", given: "as you said", rows: "as the rows have it", together: "known only together with others: each is taken for as large as they" };

function slider(control, set) {
  const isShare = control.kind === "chance", shown = (value) => (isShare ? `${Math.round(100 * value)} %` : `${state.guessed.has(control.name) || state.together.has(control.name) ? "~" : ""}${grouped(value)}`);
  const output = element("output", { text: shown(control.value) });
  const input = element("input", { type: "range", name: control.name, min: isShare || ["tokens", "percent"].includes(control.kind) ? 0 : 1, max: control.most, step: isShare ? 0.05 : 1, value: control.value,
    oninput: () => { state.moved = true; set(Number(input.value)); output.textContent = shown(Number(input.value)); refresh(); } });
  return element("label", { title: KNOWN[control.known] || "" }, element("span", {}, ...marked(control.title)), input, output);
}

function drawControls() {
  const form = document.getElementById("controls"), rest = [];
  const guesses = state.guessed.size + state.together.size ? "~ is a guess until you pull it; " : "";
  form.append(element("h3", { text: "Try another workload" }), element("p", { class: "quiet", text: `${guesses}the picture and the bars follow.` }));
  let shown = 0;
  for (const control of workload.controls) {
    const made = slider(control, (value) => { state.values[control.name] = value; state.guessed.delete(control.name); state.together.delete(control.name); });
    const isFirst = control.kind === "values" || control.kind === "count" || control.kind === "chance" || control.name === "rows";
    if (isFirst || (control.kind === "tokens" && shown++ < SIZES)) form.append(made);
    else rest.push(made);
  }
  rest.push(slider({ name: "hit", title: "hits of a cache without a compiler", kind: "percent", value: state.hit, most: 100, known: "guess" }, (value) => (state.hit = value)));
  form.append(element("details", {}, element("summary", { text: `${rest.length} more` }), ...rest));
  const select = element("select", { name: "model", onchange: () => { state.model = Number(select.value); refresh(); } },
    ...MODELS.map(([title], i) => element("option", { value: i, text: title, ...(i === state.model ? { selected: "" } : {}) })));
  form.append(element("label", {}, element("span", { text: "model" }), select));
  form.addEventListener("submit", (event) => event.preventDefault());
}
