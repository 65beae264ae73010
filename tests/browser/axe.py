"""axe-core, run through `page.evaluate`: the policy of the pages forbids script tags."""

from importlib.resources import files

from tests.browser.person import Person

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()


def findings(person: Person) -> list[str]:
    """What axe-core has to say that is moderate or worse."""
    person.page.evaluate(AXE)
    result = person.page.evaluate("axe.run(document)")
    return [
        f"{found['impact']} {found['id']}: {node['html'][:200]}"
        for found in result["violations"]
        if found["impact"] in ("moderate", "serious", "critical")
        for node in found["nodes"]
    ]
