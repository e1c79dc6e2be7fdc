from pathlib import Path

from openai import OpenAI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

RULES = Path("prompts/notary.md").read_text()
client = OpenAI()


class Base(DeclarativeBase):
    pass


class Fee(Base):
    __tablename__ = "fees"

    id: Mapped[int] = mapped_column(primary_key=True)
    deed: Mapped[str]
    amount: Mapped[int]


def fee_table(session: Session) -> str:
    fees = session.scalars(select(Fee).where(Fee.amount > 0).order_by(Fee.id))
    return "\n".join(f"{fee.deed}\t{fee.amount}" for fee in fees)


def quote(session: Session, request: str) -> str:
    response = client.responses.create(
        model="gpt-4.1",
        instructions=f"{RULES}\n\nFees in euros:\n{fee_table(session)}",
        input=request,
    )
    return response.output_text
