from tests.console.conftest import listed, words


def test_it(report, desk):
    n = report(first_name="Ann", email="ann@example.org")
    m = report()
    r = desk.get("/staff")
    print(r.status_code, words(desk))
    assert r.status_code == 200, words(desk)
    print(listed(desk))
    r = desk.get(f"/staff/r/{n}")
    assert r.status_code == 200, words(desk)
    print(words(desk))
    r = desk.send(f"/staff/r/{n}/contact")
    print(words(desk)[:3000])
    for q in [
        "new",
        "mine",
        "team",
        "due_today",
        "overdue",
        "waiting",
        "duplicates",
        "disputed",
        "review",
        "open",
        "everything",
    ]:
        assert desk.get(f"/staff?queue={q}").status_code == 200
        print(q, listed(desk))
    for f in [
        "q=wall",
        "service=SR-CL01",
        "assignee=me",
        "assignee=none",
        "boundary=ward:5",
        "state=received",
        "channel=api",
        "priority=0",
        "since=2020-01-01",
        "until=2030-01-01",
        "sort=-where",
        "sort=due&after=" + n,
        "queue=everything&q=" + n,
    ]:
        assert desk.get(f"/staff?{f}").status_code == 200
        print(f, listed(desk))
