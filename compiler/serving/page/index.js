// Lists the model, the programs, and what the OpenAPI document says of the endpoints.
function table(rows) {
  return element("table", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell)))));
}

function showPrograms(found) {
  const rows = found.data.map((each) => [element("a", { href: `/programs/${encodeURIComponent(each.id)}` }, each.id), each.description]);
  document.getElementById("programs").replaceChildren(
    rows.length ? table(rows) : element("p", { class: "quiet" }, "None: `sglc serve FILE` serves the programs of a file."));
}

function showEndpoints(found) {
  const rows = Object.entries(found.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [
      element("span", { class: "mono" }, method.toUpperCase()), element("span", { class: "mono" }, path), operation.summary || ""]));
  document.getElementById("endpoints").replaceChildren(table(rows));
}

async function load() {
  try {
    const [models, programs, document_] = await Promise.all([get("/v1/models"), get("/v1/programs"), get("/openapi.json")]);
    document.getElementById("title").textContent = models.data[0].id;
    showPrograms(programs);
    showEndpoints(document_);
  } catch (error) {
    document.getElementById("programs").replaceChildren(element("p", { class: "wrong" }, error.message));
  }
}

withKey(load);
