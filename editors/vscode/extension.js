// The VS Code side: starts the language server, and opens the explain page of the program that is edited.

const { execFile } = require("node:child_process");
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

/** How sglc is started: a program and its first arguments. */
function command() {
  const [program = "sglc", ...args] = vscode.workspace.getConfiguration("sgl").get("command", ["sglc"]);
  return { program, args };
}

function serverOptions() {
  const { program, args } = command();
  return { command: program, args: [...args, "lsp"], transport: TransportKind.stdio };
}

async function start() {
  client = new LanguageClient("sgl", "sgl", serverOptions(), {
    documentSelector: [{ language: "sgl", scheme: "file" }],
  });
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `sglc does not start (${error.message}). Install it with its extra lsp, or set sgl.command.`,
    );
  }
}

async function restart() {
  await client?.stop();
  await start();
}

/** Shows the page that `sglc explain --format html` writes for the file in the editor. */
async function explain() {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "sgl") {
    vscode.window.showInformationMessage("Open a .sgl file first.");
    return;
  }
  await document.save();
  const { program, args } = command();
  const asked = [...args, "explain", document.fileName, "--format", "html"];
  const done = (error, page, messages) => (error ? failed(messages || error.message) : show(document, page));
  execFile(program, asked, { maxBuffer: 64 * 1024 * 1024 }, done);
}

function failed(messages) {
  vscode.window.showErrorMessage(messages.split("\n")[0]);
}

function show(document, page) {
  const name = document.fileName.split(/[\\/]/).pop();
  const options = { enableScripts: true, enableFindWidget: true };
  const panel = vscode.window.createWebviewPanel("sgl.explain", `explain ${name}`, vscode.ViewColumn.Beside, options);
  panel.webview.html = page;
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("sgl.explain", explain),
    vscode.commands.registerCommand("sgl.restart", restart),
  );
  await start();
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };
