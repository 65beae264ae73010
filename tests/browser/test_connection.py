"""A connection that comes and goes: nothing is lost, the page says so, and catches up."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, ServerProcess, Site, discussion_of


def test_work_without_a_connection_waits_and_is_sent_in_order(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada, bob = new_person(server, task_id, may_fail=True), new_person(server, task_id)
    ada.is_called(f"ada {task_id}")
    bob.is_called(f"bob {task_id}")
    ada.page.context.set_offline(True)
    for text in ("first", "second"):
        ada["trace-text"].fill(text)
        ada.click("trace-add")
    ada.solve()
    expect(ada["connection"]).to_contain_text(re.compile("Offline · 3 changes waiting"))
    expect(ada["trace-item"]).to_have_count(2)
    expect(ada["trace-item"].first).to_contain_text("waiting to be sent")
    bob["trace-text"].fill("meanwhile")
    bob.click("trace-add")
    expect(bob["trace-item"]).to_have_count(1)
    expect(bob["trace-item"]).not_to_contain_text("waiting to be sent")
    ada.page.context.set_offline(False)
    expect(ada["connection"]).to_be_hidden()
    for person in (ada, bob):
        expect(person["trace-item"]).to_have_count(3)
    bob["trace-sort"].select_option("oldest")
    expect(bob.page.locator(".trace-text")).to_have_text(["meanwhile", "first", "second"])
    bob.reload()
    expect(bob["trace-item"]).to_have_count(3)


def test_the_server_goes_away_for_a_while_and_the_page_is_reloaded_meanwhile(
    own_server: ServerProcess, new_person: NewPerson
) -> None:
    ada = new_person(own_server.site, "task000", may_fail=True)
    ada.is_called("ada")
    ada["trace-text"].fill("before")
    ada.click("trace-add")
    expect(ada["trace-item"].locator(".when")).to_have_text("just now")
    own_server.stop()
    ada.paint((0, 0))
    ada["trace-text"].fill("during")
    ada.click("trace-add")
    ada["trace-item"].filter(has_text="before").get_by_test_id("trace-up").click()
    expect(ada["connection"]).to_contain_text("waiting")
    expect(ada["trace-item"]).to_have_count(2)
    own_server.start()
    expect(ada["connection"]).to_be_hidden(timeout=30_000)
    expect(ada["trace-item"].filter(has_text="during").locator(".when")).to_have_text("just now")
    ada.reload()
    expect(ada["trace-item"]).to_have_count(2)
    expect(ada["trace-item"].filter(has_text="before").get_by_test_id("trace-score")).to_have_text("1")
    ada.sees([[1, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_changes_that_wait_survive_a_closed_page(server: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(server, task_id, may_fail=True)
    ada.is_called(f"ada {task_id}")
    ada.page.route(
        "**/api/tasks/*/traces",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    ada["trace-text"].fill("closed too early")
    ada.click("trace-add")
    expect(ada["connection"]).to_contain_text("1 change waiting")
    ada.page.unroute("**/api/tasks/*/traces")
    ada.reload()
    expect(ada["trace-item"]).to_contain_text("closed too early")
    expect(ada["connection"]).to_be_hidden()
    expect(ada["trace-item"]).to_have_count(1)


def test_a_reply_that_is_lost_does_not_make_a_second_trace(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id, may_fail=True)
    ada.is_called(f"ada {task_id}")
    lost: list[int] = []

    def lose_the_first_reply(route):  # type: ignore[no-untyped-def]
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    ada.page.route("**/api/tasks/*/traces", lose_the_first_reply)
    ada["trace-text"].fill("once only")
    with ada.page.expect_response(lambda response: response.request.method == "POST"):  # to the second try
        ada.click("trace-add")
    expect(ada["connection"]).to_be_hidden()
    assert lost == [201]
    ada.reload()
    expect(ada["trace-item"]).to_have_count(1)


def test_what_the_server_refuses_is_said_and_the_text_is_given_back(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id, may_fail=True)
    ada.is_called(f"ada {task_id}")
    ada["trace-text"].fill("bad \x01 character")
    ada.click("trace-add")
    expect(ada["notice"]).to_contain_text("control character")
    expect(ada["notice"].locator("textarea")).to_have_value("bad \x01 character")
    expect(ada["trace-item"]).to_have_count(0)


def test_with_no_stream_to_spare_the_page_polls(own_server: ServerProcess, new_person: NewPerson) -> None:
    ada, bob = (new_person(own_server.site, "task001", may_fail=True) for _ in range(2))
    for person in (ada, bob):
        person.page.route(
            "**/api/events*",
            lambda route: route.fulfill(status=503, body='{"success": false, "error": "full"}'),
        )
        person.reload()
    ada.is_called("ada")
    ada["trace-text"].fill("polled")
    ada.click("trace-add")
    expect(bob["trace-item"]).to_contain_text("polled", timeout=15_000)
    expect(bob["connection"]).to_be_hidden()


def test_a_task_that_cannot_be_loaded_leaves_the_one_that_is_shown(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id, may_fail=True)
    ada.is_called(f"ada {task_id}")
    ada.page.context.set_offline(True)
    ada.click("next-task")
    expect(ada["notice"]).to_contain_text("cannot be loaded: no connection")
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}$"))
    ada["trace-text"].fill("of the task that is shown")
    ada.click("trace-add")
    expect(ada["trace-item"]).to_have_count(1)
    ada.page.context.set_offline(False)
    expect(ada["connection"]).to_be_hidden(timeout=20_000)
    ada.reload()
    expect(ada["task-id"]).to_have_text(task_id)
    expect(ada["trace-item"]).to_contain_text("of the task that is shown")
    ada.click("next-task")
    expect(ada["task-id"]).not_to_have_text(task_id)
    expect(ada["trace-item"]).to_have_count(0)


def test_the_discussion_page_stays_with_its_task_too(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(discussion_of(server), task_id, may_fail=True)
    ada.page.context.set_offline(True)
    ada.click("next-task")
    expect(ada["notice"]).to_contain_text("cannot be loaded: no connection")
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}$"))


def test_the_address_of_no_task_leads_to_one(site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(site, may_fail=True)
    expect(ada["task-id"]).to_have_text("task000")
    ada.open(task_id)
    ada.page.evaluate("location.hash = '#/task/nosuch'")
    expect(ada["notice"]).to_contain_text("There is no ")
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}$"))
    ada.page.goto("about:blank")
    ada.page.goto(f"{ada.address}#/task/nosuch")
    expect(ada["notice"]).to_contain_text("There is no ")
    expect(ada["task-id"]).to_have_text("task000")


def test_without_any_task_nothing_can_be_written(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(static_site, may_fail=True)
    ada.page.route("**/dataset.json", lambda route: route.fulfill(status=404, body=""))
    ada.page.reload()
    expect(ada["notice"]).to_contain_text("There is no dataset here yet")
    for region in (".solve", "#panel-traces", "#panel-transforms", "#panel-flaws"):
        expect(ada.page.locator(region)).to_have_attribute("inert", "")
    ada.press("Control+Enter", "n", "]")
    ada.click("export-kind")
    ada["export-kind"].select_option("task")
    ada.click("export")
    expect(ada["notice"].last).to_contain_text("There is no task here yet")


def test_pictures_that_change_are_drawn_without_a_connection(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id, may_fail=True)
    expect(ada["piece-copy"].locator("svg > *").first).to_be_attached()
    ada.page.context.set_offline(True)
    ada.click("tool-rect", "tool-rect")
    expect(ada["tool-rect"]).to_have_text(re.compile("Filled"))
    ada["task-search"].fill("no such task")
    ada.press("Enter")
    for button in (ada["tool-rect"], ada["notice"].get_by_role("button")):
        assert button.locator("svg").evaluate("(picture) => picture.getBBox().width") > 5
