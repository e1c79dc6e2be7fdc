"use strict";
// Shared by the pages: elements, and requests with the key that was typed in and is kept for this tab.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function headers(more = {}) {
  const key = document.getElementById("key").value;
  return key ? { ...more, authorization: `Bearer ${key}` } : more;
}

const keyBox = document.getElementById("key");
keyBox.value = sessionStorage.getItem("key") || "";

async function get(path) {
  const answer = await fetch(path, { headers: headers() });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  return answer.json();
}

// Loads a page again whenever another key is typed in.
function withKey(load) {
  keyBox.addEventListener("change", () => {
    sessionStorage.setItem("key", keyBox.value);
    load();
  });
  load();
}

// Follows a link with the key, which a plain link could not send.
async function open_(event) {
  event.preventDefault();
  const answer = await fetch(event.currentTarget.getAttribute("href"), { headers: headers() });
  const said = new Blob([await answer.blob()], { type: answer.headers.get("content-type") });
  window.open(URL.createObjectURL(said));
}
document.querySelectorAll("a[data-keyed]").forEach((link) => link.addEventListener("click", open_));
