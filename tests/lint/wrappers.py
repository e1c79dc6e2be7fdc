"""The lines in which clients, gateways and servers write a call down."""

from __future__ import annotations

import json
from collections.abc import Callable

from sent import Sent, chat, rendered, responses
from sent_blocks import anthropic, converse, gemini
from span_wrappers import (
    START,
    Line,
    event_records,
    iso,
    log_record,
    openinference,
    span_details,
    span_events,
    toolkit,
    traceloop,
)


def gemini_sdk(n: int, sent: Sent) -> Line:
    """The arguments of google-genai's `generate_content`."""
    body = gemini(sent)
    config = {"system_instruction": sent.system, **body["generationConfig"]}
    if "tools" in body:
        config["tools"] = [{"function_declarations": sent.tools}]
    if "toolConfig" in body:
        config["tool_config"] = body["toolConfig"]
    return {
        "ts": START + n,
        "model": "gemini-2.5-flash",
        "contents": body["contents"],
        "config": config,
    }


def gemini_rest(n: int, sent: Sent) -> Line:
    url = "https://generativelanguage.example/v1beta/models/gemini-2.5-pro:generateContent"
    return {"time": iso(n), "url": url, "request": gemini(sent)}


def bedrock(n: int, sent: Sent) -> Line:
    """The record of an invocation, as Bedrock keeps it."""
    return {
        "schemaType": "ModelInvocationLog",
        "timestamp": iso(n, "Z"),
        "requestId": f"r-{n}",
        "operation": "Converse",
        "modelId": converse(sent)["modelId"],
        "input": {"inputContentType": "application/json", "inputBodyJson": converse(sent)},
        "output": {"outputBodyJson": {"usage": {"inputTokens": 900 + n}}},
    }


def bedrock_invoke(n: int, sent: Sent) -> Line:
    """The same for a body of the model's own."""
    body = anthropic(sent)
    del body["model"]
    return {
        "schemaType": "ModelInvocationLog",
        "timestamp": iso(n, "Z"),
        "operation": "InvokeModel",
        "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "input": {"inputBodyJson": {"anthropic_version": "bedrock-2023-05-31", **body}},
    }


def ollama(n: int, sent: Sent) -> Line:
    return {
        "at": iso(n),
        "path": "/api/chat",
        "json": {**chat(sent), "model": "qwen3:8b", "stream": False},
    }


def generate(n: int, sent: Sent) -> Line:
    """Text generation inference."""
    return {"inputs": rendered(sent), "parameters": {"max_new_tokens": 99, "temperature": 0.1}}


def client_debug(n: int, sent: Sent) -> Line:
    """What OpenAI's client writes at level debug: the options in Python's words."""
    options = {
        "method": "post",
        "url": "/chat/completions",
        "files": None,
        "idempotency_key": f"stainless-python-retry-{n}",
        "json_data": chat(sent),
    }
    return (
        f"[2026-09-21 13:{n:02d}:20 - openai._base_client:482 - DEBUG] Request options: {options!r}"
    )


def client_debug_anthropic(n: int, sent: Sent) -> Line:
    options = {
        "method": "post",
        "url": "/v1/messages",
        "timeout": 600,
        "json_data": anthropic(sent),
    }
    return f"2026-09-21 13:{n:02d}:20,114 DEBUG anthropic._base_client Request options: {options!r}"


def gateway(n: int, sent: Sent) -> Line:
    """LiteLLM's standard payload, whose proxy keeps the request as it came."""
    return {
        "id": f"chatcmpl-{n}",
        "litellm_call_id": f"{n:032x}",
        "call_type": "acompletion",
        "status": "success",
        "model": "gpt-5.1",
        "startTime": START + 20 * n,
        "proxy_server_request": {"url": "/chat/completions", "method": "POST", "body": chat(sent)},
    }


def gateway_raw(n: int, sent: Sent) -> Line:
    """LiteLLM's own log of what it sends on."""
    held = {"complete_input_dict": anthropic(sent), "api_base": "https://api.example/v1/messages"}
    return {"litellm_call_id": f"{n:032x}", "start_time": iso(n), "additional_args": held}


def gateway_string(n: int, sent: Sent) -> Line:
    """A gateway that keeps bodies as strings."""
    return {
        "request_id": f"{n:032x}",
        "request_created_at": iso(n),
        "request_body": json.dumps(chat(sent)),
        "response_body": json.dumps({"usage": {"prompt_tokens": 900 + n}}),
    }


def archive(n: int, sent: Sent) -> Line:
    """An entry of an HTTP archive."""
    held = {"mimeType": "application/json", "text": json.dumps(responses(sent))}
    request = {"method": "POST", "url": "https://api.example/v1/responses", "postData": held}
    return {"startedDateTime": iso(n), "request": request, "response": {"status": 200}}


def observation(n: int, sent: Sent) -> Line:
    """A generation of a tracer: the messages are its input."""
    body = chat(sent)
    held = {"messages": body["messages"], **({"tools": body["tools"]} if sent.tools else {})}
    more = {k: v for k, v in body.items() if k not in ("model", "messages", "tools")}
    return {
        "type": "GENERATION",
        "traceId": f"{n:032x}",
        "startTime": iso(n, "Z"),
        "model": "gpt-5.1",
        "modelParameters": {"temperature": 0.1, **more},
        "input": held,
        "usageDetails": {"input": 900 + n},
    }


def run_of_chain(n: int, sent: Sent) -> Line:
    """A run of a chain's tracer: messages in lists, as the library serialises its own."""
    kinds = {
        "system": "SystemMessage",
        "user": "HumanMessage",
        "assistant": "AIMessage",
        "tool": "ToolMessage",
    }
    said = [
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", kinds[m["role"]]],
            "kwargs": {
                "content": m.get("content") or "",
                **(
                    {"additional_kwargs": {"tool_calls": m["tool_calls"]}}
                    if "tool_calls" in m
                    else {}
                ),
            },
        }
        for m in [{"role": "system", "content": sent.system}, *sent.said]
    ]
    body = chat(sent)
    params = {k: v for k, v in body.items() if k != "messages"}
    return {
        "run_type": "llm",
        "start_time": iso(n),
        "extra": {"invocation_params": params},
        "inputs": {"messages": [said]},
    }


def server_details(n: int, sent: Sent) -> Line:
    """The line of newer vLLM servers."""
    return (
        f"(APIServer pid=7) DEBUG 09-21 13:{n:02d}:20 [entrypoints/logger.py:30] Request chatcmpl-{n:032x} details: "
        f"prompt: {rendered(sent)!r}, prompt_token_ids: None, prompt_embeds shape: None."
    )


def server_json(n: int, sent: Sent) -> Line:
    """SGLang's log in JSON, one object a request."""
    held = {
        "rid": f"{n:032x}",
        "text": rendered(sent),
        "sampling_params": {"max_new_tokens": 9},
        "stream": False,
    }
    return {"timestamp": iso(n), "event": "request.received", "rid": held["rid"], "obj": held}


def server_finish(n: int, sent: Sent) -> Line:
    """SGLang's line at a request's end."""
    return (
        f"[2026-09-21 13:{n:02d}:20] Finish: obj=GenerateReqInput(rid='{n:032x}', http_worker_ipc=None, "
        f"text={rendered(sent)!r}, input_ids=None), out={{'text': 'Row.', 'meta_info': {{'prompt_tokens': 900}}}}"
    )


def container(n: int, sent: Sent) -> Line:
    """A server's line as a collector of lines keeps it."""
    return {"log": f"{server_details(n, sent)}\n", "stream": "stdout", "time": iso(n, "Z")}


def batch(n: int, sent: Sent) -> Line:
    return {"custom_id": f"row-{n}", "params": anthropic(sent)}


SPEAKS: dict[str, tuple[Callable[[int, Sent], Line], str]] = {
    each.__name__: (each, kind)
    for kind, many in {
        "chat": (ollama, client_debug, gateway, gateway_string, observation, run_of_chain),
        "responses": (archive,),
        "anthropic": (client_debug_anthropic, gateway_raw, batch, bedrock_invoke),
        "gemini": (gemini_sdk, gemini_rest),
        "converse": (bedrock,),
        "text": (generate, server_details, server_json, server_finish, container),
        "span": (
            span_details,
            span_events,
            log_record,
            event_records,
            openinference,
            traceloop,
            toolkit,
        ),
    }.items()
    for each in many
}
"""Every wrapper, with the form of what it holds."""
