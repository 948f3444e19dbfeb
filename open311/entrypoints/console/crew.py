"""/staff/crew: today's tasks on a phone, even without a network (``web/static/crew-worker.js``)."""

from __future__ import annotations

import hashlib
import secrets

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.base.idempotency import Once
from open311.actions.cases.update import update
from open311.actions.intake.photos import clean_photos, store_unsent_photos
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.domain.reply import fitting
from open311.domain.roles import Act
from open311.domain.route import walking_order
from open311.entrypoints.console import replies
from open311.entrypoints.console.blueprint import blueprint, city, viewer
from open311.entrypoints.console.change_form import TEXT, note_lacks
from open311.entrypoints.console.desk import case_in_hand
from open311.queries.cases.crew import Task, todays_tasks
from open311.web import fields, phrases
from open311.web.assets import files
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door, me

CREW_OUTCOMES = (Outcome.RESOLVED, Outcome.NOT_FOUND, Outcome.NO_ACTION_NEEDED, Outcome.UNABLE)
"""Outcomes that a crew can choose."""
ENDED = fields.choice("outcome", CREW_OUTCOMES)


@blueprint.get("/crew", access=Act.CLOSE)
def crew() -> Response:
    """Show today's tasks in walking order, from where the crew is or from the most urgent task."""
    form = Form.of_request(ENDED, TEXT)
    return _list(form, request.args.get("number", "") if form.kept else "")


def _list(form: Form, number: str = "") -> Response:
    """The list of tasks. The form of the case ``number`` stays open as it was typed, with its first error."""
    tasks = _ordered(todays_tasks(viewer()), _start())
    wrong = {f"text-{number}": reason for reason in list(form.errors.values())[:1]}
    return form_page(
        "console/crew.html",
        form,
        errors=wrong,
        tasks=tasks,
        texts={task.number: _text(task) for task in tasks},
        outcomes=phrases.outcome_choices(CREW_OUTCOMES),
        key=secrets.token_urlsafe,
        opened=number,
        account=me().account,
    )


def _start() -> Point | None:
    """Where the crew is, if the address says so."""
    try:
        return Point(float(request.args["long"]), float(request.args["lat"]))
    except (KeyError, ValueError):
        return None


def _ordered(tasks: list[Task], start: Point | None) -> list[Task]:
    """Tasks in walking order; those without a place come last."""
    placed = [task for task in tasks if task.point]
    order = walking_order([task.point for task in placed if task.point], start)
    return [*(placed[at] for at in order), *(task for task in tasks if task.point is None)]


def _text(task: Task) -> str:
    """The ready text for work of this kind that was done, in the city's own language; empty if there is none."""
    for reply in fitting(city().replies, [Status.CLOSED], task.service_code):
        if reply.outcome is Outcome.RESOLVED and (language := city().languages[0]) in reply.texts:
            return replies.text_of(task, reply, language)
    return ""


@blueprint.post("/crew/<number>", access=Act.CLOSE, shown_on="console.crew")
def crew_done(number: str) -> AnyResponse:
    """Close a case, with a photo. The same key again changes nothing: the phone may have missed the answer."""
    case, form = case_in_hand(number, Act.CLOSE), Form.of_request(ENDED, TEXT)
    by_worker = "Idempotency-Key" in request.headers
    uploads = [file.read() for file in request.files.getlist("photo")]
    cleaned, unkept = clean_photos(uploads)
    photos = store_unsent_photos(current_environment(), cleaned)
    # The work is done, photo or not, and the phone may send this hours later: the history says what is missing.
    missing = "\n".join(f"A photo of the work was not kept: {why.said}." for why in unkept.values())
    change = Change(status=Status.CLOSED, outcome=form[ENDED], text=form[TEXT], photos=photos, note=missing)
    note_lacks(form, change)
    key = request.headers.get("Idempotency-Key") or request.form.get("key", "")

    def act() -> AnyResponse:
        named = CaseRef(case.jurisdiction, number)
        update(current_environment(), named, me().actor, change, once=_once(number, change, key))
        if by_worker:
            return Response(status=204)
        flash(f"{number} is done{'. ' if missing else ''}{missing}")
        return redirect(url_for("console.crew"), 303)

    def show(form: Form) -> Response:
        if not by_worker:
            return _list(form, number)
        reason = next(iter(form.errors.values()))
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
