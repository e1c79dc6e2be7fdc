// Lists the programs, and what the OpenAPI document says of the endpoints.
function programs() {
  const rows = data.programs.map((each) => element("tr", {},
    element("td", {}, element("a", { href: `/programs/${each.name}` }, each.name)),
    element("td", {}, each.doc)));
  document.getElementById("programs").replaceChildren(
    rows.length ? element("table", {}, ...rows) : element("p", { class: "quiet" }, "None: `sglc serve FILE` serves the programs of a file."));
}

async function endpoints() {
  const box = document.getElementById("endpoints");
  const answer = await fetch("/openapi.json", { headers: headers() });
  if (!answer.ok) {
    box.replaceChildren(element("span", { class: "quiet" }, "The server asks for a key."));
    return;
  }
  const document_ = await answer.json();
  const rows = Object.entries(document_.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => element("tr", {},
      element("td", { class: "mono" }, method.toUpperCase()),
      element("td", { class: "mono" }, path),
      element("td", {}, operation.summary || ""))));
  box.replaceChildren(element("table", {}, ...rows), element("p", {}, element("a", { href: "/openapi.json" }, "openapi.json")));
}

programs();
endpoints();
document.getElementById("key").addEventListener("change", endpoints);
