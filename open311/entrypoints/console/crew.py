"""/staff/crew: today's tasks on a phone, even without a network (``web/static/crew-worker.js``)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import Response, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.base.idempotency import Once
from open311.actions.cases.batch import UNDO_WITHIN, start_batch
from open311.actions.cases.update import update
from open311.actions.intake.photos import clean_photos
from open311.actions.telling.preview import preview_of
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.photo import MAX_PHOTOS, StoredPhoto
from open311.domain.place import Point
from open311.domain.reply import fitting
from open311.domain.roles import Act
from open311.domain.route import kept_order, walking_order
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint, city, viewer
from open311.entrypoints.console.change_form import TEXT, note_lacks
from open311.entrypoints.console.desk import case_in_hand
from open311.queries.cases.batches import FinishedTask, finished_tasks
from open311.queries.cases.crew import Task, todays_tasks
from open311.web import fields, phrases
from open311.web.assets import files
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door, me
from open311.web.uploads import KEPT, keep_photos, kept_photos, store

CREW_OUTCOMES = (Outcome.RESOLVED, Outcome.NOT_FOUND, Outcome.NO_ACTION_NEEDED, Outcome.UNABLE)
"""Outcomes that a crew can choose."""
NOTED = "No photo: "
"""What stands before the reason in the note for staff."""
PHOTO = "photo"
ENDED = fields.choice("outcome", CREW_OUTCOMES)
WHY = fields.line("why")
NO_PHOTO = "Add a photo of the work, or say why there is none"


@blueprint.get("/crew", access=Act.CLOSE)
def crew() -> Response:
    """Show today's tasks in walking order, from where the crew is or else from where they were last."""
    form = Form.of_request(ENDED, TEXT, WHY)
    if form.kept:
        return _list(form, request.args.get("number", ""))
    again = next((each for each in _finished() if each.uuid == request.args.get("again") and each.undone_at), None)
    return _list(_reopened(again), again.number) if again else _list(form)


def _reopened(task: FinishedTask) -> Form:
    """The form of a task that was taken back, with what was typed and its photos."""
    change = Change.read(task.arguments)
    reason = change.note.partition("\n")[0]
    why = reason.removeprefix(NOTED) if reason.startswith(NOTED) else ""
    typed = {"outcome": str(change.outcome or ""), "text": change.text, "why": why}
    return Form.of_request(ENDED, TEXT, WHY, start={**typed, KEPT: keep_photos(change.photos, _owner())})


def _list(form: Form, number: str = "", photos: Sequence[StoredPhoto] | None = None) -> Response:
    """The list of tasks. The form of the case ``number`` stays open as it was typed, with all its errors."""
    looking, finished = viewer(), _finished()
    held = [each for each in finished if each.held]
    tasks = _ordered(
        [task for task in todays_tasks(looking) if task.number not in {each.number for each in held}], finished
    )
    kept = kept_photos(form, _owner()) if photos is None and number else photos or ()
    return form_page(
        "console/crew.html",
        form,
        errors={f"{name}-{number}": reason for name, reason in form.faults.items()},
        tasks=tasks,
        held=held,
        refused=[each for each in finished if each.refusal],
        seconds=int(UNDO_WITHIN.total_seconds()),
        texts={task.number: _text(task) for task in tasks},
        outcomes=phrases.outcome_choices(CREW_OUTCOMES),
        key=secrets.token_urlsafe,
        opened=number,
        kept=kept,
        token=keep_photos(kept, _owner()),
        account=me().account,
    )


def _owner() -> str:
    return f"account:{me().account}"


def _finished() -> list[FinishedTask]:
    """What this account finished today, the latest first."""
    return finished_tasks(me().account, viewer().midnight - timedelta(days=1))


def _start() -> Point | None:
    """Where the crew is, if the address says so."""
    try:
        return Point(float(request.args["long"]), float(request.args["lat"]))
    except (KeyError, ValueError):
        return None


def _ordered(tasks: list[Task], finished: list[FinishedTask]) -> list[Task]:
    """Tasks in walking order; those without a place come last.

    The order of the day is made once, and again where the crew says where they are; the browser's cookie has it.
    """
    placed = [task for task in tasks if task.point]
    names, points = [task.number for task in placed], [task.point for task in placed if task.point]
    day, start = str(viewer().midnight.date()), _start()
    begun = session.get("way") or {}
    if begun.get("day") == day and start is None:
        order = kept_order(begun["numbers"], names, points)
    else:
        last = next((each.point for each in finished if each.point and each.undone_at is None), None)
        order = walking_order(points, start or last)
    way = {"day": day, "numbers": [names[at] for at in order]}
    if way != begun:
        session["way"] = way
    return [*(placed[at] for at in order), *(task for task in tasks if task.point is None)]


def _text(task: Task) -> str:
    """The ready text for work of this kind that was done, in the city's own language; empty if there is none."""
    for reply in fitting(city().replies, [Status.CLOSED], task.service_code):
        if reply.outcome is Outcome.RESOLVED and (language := city().languages[0]) in reply.texts:
            return replies.text_of(task, reply, language)
    return ""


@blueprint.post("/crew/<number:number>", access=Act.CLOSE, shown_on="console.crew")
def crew_done(number: str) -> AnyResponse:
    """Close a case in ten seconds, with a photo or a reason for none, unless that is taken back.

    The same key again changes nothing: the phone may have missed the answer.
    """
    case, form = case_in_hand(number, Act.CLOSE), Form.of_request(ENDED, TEXT, WHY)
    by_worker = "Idempotency-Key" in request.headers
    uploads = [data for file in request.files.getlist(PHOTO) if (data := file.read())]
    cleaned, unkept = clean_photos(uploads)
    photos = (*kept_photos(form, _owner()), *store(cleaned, unkept))[:MAX_PHOTOS]
    # The work is done, photo or not, and the phone may send this hours later: the history says what is missing.
    missing = [f"A photo of the work was not kept: {why.said}." for why in unkept.values()]
    reason = [f"{NOTED}{form[WHY]}"] if form[WHY] and not photos else []
    note = "\n".join((*reason, *missing))
    change = Change(status=Status.CLOSED, outcome=form[ENDED], text=form[TEXT], note=note, photos=photos)
    note_lacks(form, change)
    if change.outcome is Outcome.RESOLVED and not photos and not note:
        form.wrong(WHY, NO_PHOTO)
    key = request.headers.get("Idempotency-Key") or request.form.get("key", "")

    def act() -> AnyResponse:
        named, once = CaseRef(case.jurisdiction, number), _once(number, change, key)
        if once is None or not once.was_used(case.jurisdiction):
            preview_of(current_environment(), lambda there: update(there, named, me().actor, change))  # is it possible?
        cases = [(number, case.version)]
        start_batch(current_environment(), case.jurisdiction, cases, "finish", change.plain, me().actor, once=once)
        for said in missing:
            flash(said.rstrip("."))
        return Response(status=204) if by_worker else redirect(url_for("console.crew"), 303)

    def show(form: Form) -> Response:
        if not by_worker:
            return _list(form, number, photos)
        reason = next(iter(form.faults.values()))
        return Response(reason, form.status, content_type="text/plain; charset=utf-8")

    return answer(form, act, show, at=TEXT)


def _once(number: str, change: Change, key: str) -> Once | None:
    """The idempotency key, made this account's own so that it cannot meet anybody else's."""
    body = hashlib.sha256(repr((number, change)).encode()).digest()
    return Once(f"account:{me().account}:{key[:200]}", body) if key else None


@blueprint.get("/crew.js", access=Door.PUBLIC)
def crew_worker() -> Response:
    """Serve the service worker, at a path whose scope is ``/staff/crew``."""
    answer = Response(files()["crew-worker.js"].plain, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
