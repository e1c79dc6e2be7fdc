from litellm import completion


def solve(goal: str, limit: int = 20) -> list[dict]:
    log: list[dict] = [{"role": "user", "content": goal}]
    step = 0
    while step < limit:
        system = (
            f"Step {step + 1} of {limit}. " + "Plan first. Then act. Report what changed. " * 20
        )  # want: PFX201
        reply = completion(model="gpt-5.1", messages=[{"role": "system", "content": system}] + log)  # noqa: RUF005
        log.append(reply.choices[0].message)
        step += 1
    return log
