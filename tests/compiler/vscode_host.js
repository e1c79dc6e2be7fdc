// Stands for VS Code: loads the extension, starts the server that it names, runs its explain command.
// Usage: node vscode_host.js EXTENSION FILE COMMAND...; writes what happened to stdout as one JSON text.

const Module = require("node:module");
const { spawn } = require("node:child_process");

const [extension, file, ...command] = process.argv.slice(2);
const happened = { commands: [], errors: [], server: null, title: "", page: "" };
const registered = {};

class LanguageClient {
  constructor(id, name, server, options) {
    Object.assign(this, { server, options });
  }
  start() {
    const process = spawn(this.server.command, this.server.args);
    const body = JSON.stringify({
      jsonrpc: "2.0", id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} },
    });
    process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((done, fail) => {
      process.on("error", fail);
      let text = "";
      process.stdout.on("data", (data) => {
        text += data;
        const start = text.indexOf("\r\n\r\n");
        const size = Number(/Content-Length: (\d+)/i.exec(text)?.[1]);
        if (start < 0 || text.length < start + 4 + size) return;
        happened.server = JSON.parse(text.slice(start + 4)).result.capabilities;
        process.kill();
        done();
      });
    });
  }
  async stop() {}
}

const document = { languageId: "sgl", fileName: file, save: async () => true };
const vscode = {
  workspace: { getConfiguration: () => ({ get: () => command }) },
  window: {
    activeTextEditor: { document },
    showErrorMessage: (text) => happened.errors.push(text),
    showInformationMessage: (text) => happened.errors.push(text),
    createWebviewPanel: (kind, title) => {
      happened.title = title;
      return { webview: { set html(page) { happened.page = page; finish(); } } };
    },
  },
  commands: { registerCommand: (name, run) => { registered[name] = run; return {}; } },
  ViewColumn: { Beside: 2 },
};

const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === "vscode") return vscode;
  if (name === "vscode-languageclient/node") return { LanguageClient, TransportKind: { stdio: 0 } };
  return load(name, ...rest);
};

function finish() {
  happened.commands = Object.keys(registered);
  console.log(JSON.stringify(happened));
}

const { activate } = require(extension);
activate({ subscriptions: [] }).then(() => registered["sgl.explain"]());
