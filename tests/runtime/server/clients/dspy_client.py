"""DSPy against the server whose address is the first argument."""

# pyright: reportMissingImports=false

import sys

import dspy


def main() -> None:
    options = {
        "api_base": sys.argv[1] + "/v1",
        "api_key": "none",
        "temperature": 0.0,
        "cache": False,
    }
    lm = dspy.LM("openai/tiny", max_tokens=16, **options)
    (said,) = lm("the thin king?")
    assert isinstance(said, str) or said["text"] is not None
    usage = lm.history[-1]["usage"]
    assert usage["prompt_tokens"] > 0
    assert len(lm("the thin king?", n=2, temperature=1.0)) == 2
    text = dspy.LM("text-completion-openai/tiny", model_type="text", max_tokens=8, **options)
    assert len(text("the thin king")) == 1
    shaped = dspy.LM("openai/tiny", max_tokens=300, **options)
    schema = {"type": "object", "properties": {"sunny": {"type": "boolean"}}, "required": ["sunny"]}
    (answer,) = shaped(
        "sunny?",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    )
    assert "sunny" in str(answer)
    print("fine")


if __name__ == "__main__":
    main()
