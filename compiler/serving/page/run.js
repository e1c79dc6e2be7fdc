// Runs one program and fills its tree with what the events say.
const name = decodeURIComponent(location.pathname.split("/").pop());
const path = `/v1/programs/${encodeURIComponent(name)}`;
const data = { takes: { properties: {}, required: [] }, nodes: [] };
const answers = new Map(); // number of a call -> its element
let controller = null;

function field(name, schema, required) {
  const kind = schema.enum ? schema.enum.join(" | ") : schema.type || "any";
  const id = `arg-${name}`;
  const box = schema.enum
    ? element("select", { id }, ...schema.enum.map((each) => element("option", {}, String(each))))
    : schema.type === "string" ? element("textarea", { id }) : element("input", { id });
  if (schema.default !== undefined) box.value = isText(schema) ? schema.default : JSON.stringify(schema.default);
  const label = element("label", { for: id }, `${name} `, element("span", { class: "type" }, kind + (required ? "" : ", optional")));
  return [label, box];
}

function isText(schema) {
  return schema.type === "string" || (schema.enum && schema.enum.every((each) => typeof each === "string"));
}

function arguments_() {
  const given = {};
  for (const [name, schema] of Object.entries(data.takes.properties)) {
    const text = document.getElementById(`arg-${name}`).value;
    if (text === "" && !(isText(schema) && data.takes.required.includes(name))) continue;
    given[name] = isText(schema) ? text : JSON.parse(text);
  }
  return given;
}

function drawTree() {
  const rows = data.nodes.map((node) => {
    const row = element("div", { class: `row ${node.kind} ${node.lifetime === "const" ? "const" : ""} waiting`, id: `node-${node.id}` });
    row.style.marginLeft = `${Math.min(node.depth, 8) * 22}px`;
    const isAnswer = node.kind === "gen" || node.kind === "select";
    const text = element("div", { class: "text" });
    if (isAnswer) text.append(element("span", { class: "name" }, node.call || node.text));
    else text.append(node.text);
    row.append(element("div", { class: "tokens" }, isAnswer || !/^[~\d]/.test(node.tokens) ? "" : node.tokens), text);
    return row;
  });
  document.getElementById("tree").replaceChildren(...rows);
}

const handlers = {
  call(said) {
    const made = element("div", { class: "answer live" }, element("span", { class: "said" }), element("span", { class: "used" }));
    const where = document.querySelector(`#node-${said.node}`) || document.getElementById("tree");
    where.classList.remove("waiting");
    (where.querySelector(".text") || where).append(made);
    answers.set(said.call, made);
  },
  text(said) {
    const made = answers.get(said.call);
    if (made && said.sample === 0) made.querySelector(".said").append(said.text);
  },
  value(said) {
    const made = answers.get(said.call);
    if (!made) return;
    made.classList.remove("live");
    made.querySelector(".said").textContent = typeof said.value === "string" ? said.value : JSON.stringify(said.value);
    const share = said.prompt_tokens ? Math.min(100, (100 * said.cached_tokens) / said.prompt_tokens) : 0;
    const meter = element("span", { class: "meter" }, element("i"));
    meter.firstChild.style.width = `${share}%`;
    const index = said.indices.length ? `[${said.indices.join(", ")}] ` : "";
    made.querySelector(".used").replaceChildren(
      meter,
      `${index}${said.cached_tokens} of ${said.prompt_tokens} prompt tokens cached, ${said.completion_tokens} written, ${said.seconds.toFixed(2)} s`,
    );
  },
  result(said) {
    show(JSON.stringify(said.result, null, 2));
    const u = said.usage;
    document.getElementById("used").textContent =
      `${u.calls} calls, ${u.prompt_tokens} prompt tokens, ${u.cached_tokens} of them cached, ${u.completion_tokens} written`;
  },
  error(said) {
    show(said.error.message, "wrong");
  },
};

function show(text, kind = "") {
  document.getElementById("result").replaceChildren(element("pre", { class: kind }, text));
}

// Server-sent events out of a body: blocks of lines, closed by an empty one.
async function follow(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const kind = (lines.find((line) => line.startsWith("event: ")) || "event: error").slice(7);
      const said = JSON.parse(lines.find((line) => line.startsWith("data: ")).slice(6));
      (handlers[kind] || (() => {}))(said);
    }
  }
}

async function run(event) {
  if (event) event.preventDefault();
  drawTree();
  answers.clear();
  show("");
  controller = new AbortController();
  document.getElementById("run").disabled = true;
  document.getElementById("stop").disabled = false;
  try {
    const seed = document.getElementById("seed").value;
    const answer = await fetch(`${path}${seed ? `?seed=${encodeURIComponent(seed)}` : ""}`, {
      method: "POST",
      headers: headers({ "content-type": "application/json", accept: "text/event-stream" }),
      body: JSON.stringify(arguments_()),
      signal: controller.signal,
    });
    if (answer.ok) await follow(answer.body);
    else show((await answer.json()).error.message, "wrong");
  } catch (error) {
    show(error.name === "AbortError" ? "stopped" : String(error), "wrong");
  } finally {
    document.getElementById("run").disabled = false;
    document.getElementById("stop").disabled = true;
  }
}

async function load() {
  try {
    const [card, report] = await Promise.all([get(path), get(`${path}/explain?format=json`)]);
    document.getElementById("doc").textContent = card.description;
    data.takes = card.arguments;
    const calls = new Map(report.calls.map((call) => [call.out, call.name]));
    data.nodes = report.nodes.map((node) => ({ ...node, tokens: node.tokens.text, call: calls.get(node.id) || "" }));
  } catch (error) {
    show(error.message, "wrong");
    return;
  }
  const fields = Object.entries(data.takes.properties).flatMap(([each, schema]) => field(each, schema, data.takes.required.includes(each)));
  document.getElementById("fields").replaceChildren(...fields);
  drawTree();
  fillFromAddress();
}

// `#{"document": "..."}` fills the form in and runs it.
function fillFromAddress() {
  if (location.hash.length < 2) return;
  const given = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  for (const [each, value] of Object.entries(given)) {
    const box = document.getElementById(`arg-${each}`);
    if (box) box.value = typeof value === "string" ? value : JSON.stringify(value);
  }
  run();
}

document.title = name;
document.getElementById("title").textContent = name;
for (const [id, end] of [["to-explain", "/explain"], ["to-plan", "/plan"], ["to-card", ""]]) document.getElementById(id).href = path + end;
document.getElementById("form").addEventListener("submit", run);
document.getElementById("stop").addEventListener("click", () => controller && controller.abort());
withKey(load);
