import prompty
import prompty.azure
from fastapi import APIRouter

router = APIRouter()


@router.post("/loans/{loan_id}/explain")
def explain(loan_id: int, body: dict) -> dict:
    text = prompty.execute(
        "loan_officer.prompty",
        inputs={"applicant": body["applicant"], "question": body["question"]},
    )
    return {"loan": loan_id, "text": text}
