"""Tables of the room: questions and followers, digests and items, knowledge and the index of both."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.learning.questions.rules import DigestState, QuestionState, SearchKind


class Question(Model):
    """One question as its asker wrote it. A merged one points at the root that stands for it."""

    __tablename__ = "question"
    __table_args__ = (
        one_of("state", QuestionState),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged_into_other"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_has_root"),
        Index("ix_question_waiting", "cohort_id", "state", "day"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    cohort_id: Mapped[int] = ref("cohort.id", index=False)
    asker_id: Mapped[int] = ref("person.id")
    enrollment_id: Mapped[int] = ref("enrollment.id")
    cohort_task_id: Mapped[int | None] = ref("cohort_task.id")
    about_item_id: Mapped[int | None] = ref("digest_item.id")  # the item that this asks further about
    text: Mapped[str] = mapped_column(Text)
    same_key: Mapped[str] = mapped_column(String(64), unique=True)  # person, words and ten minutes: asked once
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default=QuestionState.OPEN)
    claimed_by: Mapped[int | None] = ref("person.id")
    claimed_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = ref("question.id")
    item_id: Mapped[int | None] = ref("digest_item.id")
    solved_by_id: Mapped[int | None] = ref("knowledge_entry.id")
    apart: Mapped[bool] = mapped_column(default=False)  # split off by a person: never suggested for a group
    tried: Mapped[list[Any]] = mapped_column(default=list)  # codes of the entries that did not help
    hidden_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class QuestionFollower(Model):
    """Who wants the answer: the asker and everybody who said "me too"."""

    __tablename__ = "question_follower"

    question_id: Mapped[int] = ref("question.id", primary_key=True)
    person_id: Mapped[int] = ref("person.id", primary_key=True)
    since: Mapped[datetime]


class QuestionDraft(Model):
    """What somebody has typed into the ask box and not handed over yet."""

    __tablename__ = "question_draft"

    enrollment_id: Mapped[int] = ref("enrollment.id", primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Digest(Model):
    """A cohort's answers of one day."""

    __tablename__ = "digest"
    __table_args__ = (one_of("state", DigestState), UniqueConstraint("cohort_id", "day"))

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    cohort_id: Mapped[int] = ref("cohort.id", index=False)
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default=DigestState.DRAFTING)
    revision: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[datetime]


class DigestItem(Model):
    """One question and its one answer. `position` is 0 until the digest is published, then fixed."""

    __tablename__ = "digest_item"

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    digest_id: Mapped[int] = ref("digest.id")
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    draft: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    answer_html: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None] = ref("person.id")
    author: Mapped[str] = mapped_column(String(120), default="")  # the name as it was: it stays when a tutor leaves
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # askers were told before the digest
    beside_id: Mapped[int | None] = ref("digest_item.id")  # merged after being answered: listed under that item
    note: Mapped[str] = mapped_column(Text, default="")
    noted_at: Mapped[datetime | None]


class DigestCorrection(Model):
    """What was changed in a published item, when and by whom."""

    __tablename__ = "digest_correction"

    id: Mapped[Key] = key()
    digest_id: Mapped[int] = ref("digest.id")
    item_id: Mapped[int] = ref("digest_item.id")
    note: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    who: Mapped[int | None] = ref("person.id", index=False)


class KnowledgeEntry(Model):
    """An answer that stays, for every cohort of a camp. Nobody's name but the author's is in it."""

    __tablename__ = "knowledge_entry"
    __table_args__ = (
        CheckConstraint("helped >= 0", name="helped"),
        Index("ix_knowledge_entry_camp", "camp_id", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    camp_id: Mapped[int] = ref("camp.id", index=False)
    language: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    answer_html: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(120), default="")
    item_id: Mapped[int | None] = ref("digest_item.id", unique=True)
    helped: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class EntryThank(Model):
    """Whom an entry helped: each person counts once."""

    __tablename__ = "knowledge_thank"

    entry_id: Mapped[int] = ref("knowledge_entry.id", primary_key=True)
    person_id: Mapped[int] = ref("person.id", primary_key=True)
    at: Mapped[datetime]


class SearchTerm(Model):
    """The inverted index: one row per word of a question (scope: cohort) or an entry (scope: camp).

    The key order is that of the look-up, so that a term's rows lie together on both engines.
    """

    __tablename__ = "search_term"
    __table_args__ = (one_of("kind", SearchKind), Index("ix_search_term_owner", "kind", "owner_id"))

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Synonym(Model):
    """Two words that mean the same here: `b` is read as `a`."""

    __tablename__ = "synonym"
    __table_args__ = (UniqueConstraint("a", "b"),)

    id: Mapped[Key] = key()
    a: Mapped[str] = mapped_column(String(40))
    b: Mapped[str] = mapped_column(String(40))
