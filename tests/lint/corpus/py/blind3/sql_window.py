from datetime import datetime

from openai import AsyncOpenAI
from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

llm = AsyncOpenAI()


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    role: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(server_default=func.now())


async def context(db: AsyncSession, room: int) -> list[dict]:
    query = select(Message).where(Message.room_id == room).order_by(Message.id.desc()).limit(30)  # want: PFX207
    newest = (await db.scalars(query)).all()
    return [{"role": m.role, "content": m.body} for m in reversed(newest)]


async def respond(db: AsyncSession, room: int, host_rules: str, text: str) -> str:
    db.add(Message(room_id=room, role="user", body=text))
    await db.flush()
    messages = [{"role": "system", "content": host_rules}, *await context(db, room)]  # want: PFX207
    r = await llm.chat.completions.create(model="gpt-4.1-mini", messages=messages)
    db.add(Message(room_id=room, role="assistant", body=r.choices[0].message.content))
    await db.commit()
    return r.choices[0].message.content
