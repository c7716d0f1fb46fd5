"""The HTML report in Debian's chromium: filters, links, and hostile content that stays text."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from harness.model import Comparison, Confidence, FileCoverage, Gap, Hop, RuleTally, Sink
from tests.integration.reports.pages import RULES, many, opened, whole
from tests.unit.campaign.test_campaign_parts import finding, report, summary
from tests.unit.reports.test_formats import hostile

pytestmark = pytest.mark.chromium
# A machine with much else to do takes longer.
expect.set_options(timeout=30_000)


def visible(page: Page) -> int:
    return page.locator("article.finding:visible").count()


def test_filters_and_search_show_what_they_say(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(70), tmp_path)
    page = watched.page
    assert visible(page) == 70
    page.locator("select[name=rule]").select_option("ssrf")
    assert visible(page) == 35
    page.locator("select[name=function]").select_option("Function3")
    assert visible(page) == 5
    page.locator("select[name=rule]").select_option("")
    page.locator("select[name=function]").select_option("")
    page.keyboard.press("/")
    page.keyboard.type("0000000000000007")
    expect(page.locator("article.finding:not([hidden])")).to_have_count(1)
    assert watched.complaints == []
    assert watched.requests == [watched.file.as_uri()]


def test_a_filtered_view_has_an_address(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(70), tmp_path)
    page = watched.page
    page.locator("select[name=rule]").select_option("ssrf")
    page.locator("input[value=critical]").uncheck()
    page.locator("#search").fill("function3")
    page.wait_for_url("**search=function3*")
    shown, address = visible(page), page.url
    assert 0 < shown < 10
    page.goto("about:blank")
    page.goto(address)
    assert visible(page) == shown
    assert page.locator("select[name=rule]").input_value() == "ssrf"
    page.locator("button[type=reset]").click()
    expect(page.locator("article.finding:not([hidden])")).to_have_count(70)
    assert page.url.endswith("#findings")
    assert watched.complaints == []


def test_a_cell_of_the_heat_map_leads_to_its_findings(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(70), tmp_path)
    page = watched.page
    page.locator("a[data-pick-function=Function3][data-pick-rule=ssrf]").click()
    expect(page.locator("article.finding:not([hidden])")).to_have_count(5)
    page.wait_for_url("**#findings?function=Function3&rule=ssrf")


def test_a_deep_link_leads_to_its_finding(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(40), tmp_path)
    page = watched.page
    page.goto(watched.file.as_uri() + "#finding-0000000000000027")
    target = page.locator("#finding-0000000000000027")
    assert target.is_visible()
    expect(target).to_be_in_viewport()


def test_hostile_content_stays_text_and_the_layout_whole(
    browser_page: Page, tmp_path: Path
) -> None:
    text = hostile().function
    nasty = replace(
        hostile(),
        trigger="aws.apigateway.rest",
        event={text: [text * 20], "headers": {text: text}},
        control_event={text: text},
        sink=Sink(file=text, line=1, call=text, function=text),
        calls=(text,),
        reproduce=(text,),
        path=(Hop(function=text, trigger=text), Hop(function=text * 9, trigger=text, via=text)),
    )
    coverage = FileCoverage(
        file=text, lines=2, reached=1, gaps=(Gap(first=1, last=1, guard=1, text=text * 9),)
    )
    comparison = Comparison(
        against=text, fixed=((text, text, text),), accepted={nasty.id: text * 9}
    )
    functions = (summary(name=text, code="/", coverage=(coverage,), notes=(text,)),)
    told = replace(
        report((nasty,), functions),
        name=text,
        source=text,
        comparison=comparison,
        blind=(text,),
        notes=(text,),
        configuration={text: text},
    )
    watched = opened(browser_page, told, tmp_path)
    page = watched.page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.locator("img").count() == 0
    assert page.locator("a[href^=javascript]").count() == 0
    assert page.locator("script").count() == 1
    assert watched.complaints == []
    assert watched.requests == [watched.file.as_uri()]
    for width in (1200, 400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.set_viewport_size({"width": 1280, "height": 720})


def test_a_wide_heat_map_does_not_widen_the_page(browser_page: Page, tmp_path: Path) -> None:
    tallies = tuple(RuleTally(rule=name, trials=3) for name in RULES)
    told = report((finding(),), (summary(tallies=tallies),))
    page = opened(browser_page, told, tmp_path).page
    heat = "document.querySelector('.heat')"
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(f"{heat}.scrollWidth > {heat}.parentElement.clientWidth"), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.set_viewport_size({"width": 1280, "height": 720})


def test_five_thousand_findings_stay_usable(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(5000), tmp_path)
    page = watched.page
    page.locator("select[name=function]").select_option("Function2")
    expect(page.locator("article.finding:not([hidden])")).to_have_count(714)
    assert watched.complaints == []


def test_each_filter_shows_what_has_its_value(browser_page: Page, tmp_path: Path) -> None:
    triggers = ("aws.sqs.message", "aws.s3.object-created", "aws.apigateway.rest")
    told = many(60)
    varied = tuple(
        replace(f, trigger=triggers[n % 3], confidence=list(Confidence)[n % 3 if n % 4 else 0])
        for n, f in enumerate(told.findings)
    )
    new = tuple(f.id for f in varied[:7])
    rest = tuple(f.id for f in varied[7:])
    comparison = Comparison(against="b", new=new, persisting=rest, accepted={rest[0]: "known"})
    page = opened(
        browser_page, replace(told, findings=varied, comparison=comparison), tmp_path
    ).page
    shown = page.locator("article.finding:not([hidden])")
    for name in ("function", "rule", "trigger", "confidence"):
        for value in sorted({str(getattr(f, name)) for f in varied}):
            page.locator(f"select[name={name}]").select_option(value)
            expected = sum(getattr(f, name) == value for f in varied)
            expect(shown).to_have_count(expected)
            expect(page.locator("#shown")).to_have_text(f"{expected} of 60 findings")
        page.locator("button[type=reset]").click()
        expect(shown).to_have_count(60)
    for value, expected in (("new", 7), ("accepted", 1), ("persisting", 52)):
        page.locator("select[name=status]").select_option(value)
        expect(shown).to_have_count(expected)
    page.locator("button[type=reset]").click()
    for severity in ("critical", "high", "medium", "low"):
        page.locator(f"input[value={severity}]").uncheck()
    expect(shown).to_have_count(12)


def test_it_reads_without_scripts(browser_page: Page, tmp_path: Path) -> None:
    browser = browser_page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    opened(page, whole(), tmp_path)
    assert page.locator("h1").inner_text()
    assert page.locator("article.finding").count() == 13
    # What only a script can do is not shown; a finding opens by itself.
    assert page.locator("#filters").is_hidden()
    assert page.locator("#theme").is_hidden()
    first = page.locator("article.finding").first
    first.locator("summary").click()
    expect(first.get_by_text("Smallest event")).to_be_visible()
    page.locator(".timeline a.mark").first.click()
    assert "#finding-" in page.url
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_it_keeps_anybody_out(
    browser_page: Page, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    watched = opened(browser_page, whole(tmp_path), tmp_path)
    page = watched.page
    assert page.locator(".line.hit").count() == 12
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    told = Axe().run(page).response
    page.emulate_media(color_scheme="light")
    found = [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in told["violations"]]
    assert found == []


def test_it_says_what_is_new_and_what_is_gone(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, whole(), tmp_path)
    page = watched.page
    assert "1 new, 12 persisting (1 accepted), 1 fixed" in page.locator(".against").inner_text()
    page.locator("select[name=status]").select_option("new")
    expect(page.locator("article.finding:not([hidden])")).to_have_count(1)
    page.locator("select[name=status]").select_option("accepted")
    expect(page.locator("article.finding:not([hidden])")).to_have_count(1)
    assert "a" * 16 in page.locator("#fixed").inner_text()


def test_a_chain_names_every_hop_and_gaps_name_their_guard(
    browser_page: Page, tmp_path: Path
) -> None:
    watched = opened(browser_page, whole(), tmp_path)
    page = watched.page
    page.goto(watched.file.as_uri() + "#finding-" + "f" * 16)
    hops = page.locator("#finding-" + "f" * 16 + " .hops li")
    expect(hops).to_have_count(2)
    expect(hops.nth(1)).to_contain_text("aws:sqs.SendMessage orders")
    page.locator("details.lines summary").first.click()
    assert "kept out by line 7: if x:" in page.locator("details.lines").first.inner_text()


def test_the_keyboard_leads_from_finding_to_finding(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(10), tmp_path)
    page = watched.page
    focused = "document.activeElement.closest('.finding')?.id"
    page.keyboard.press("j")
    first = page.evaluate(focused)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.keyboard.press("k")
    assert page.evaluate(focused) == first is not None


def test_a_dot_of_the_timeline_leads_to_its_finding(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, many(14), tmp_path)
    page = watched.page
    link = page.locator(".timeline a.mark").nth(2)
    target = (link.get_attribute("href") or "").removeprefix("#")
    link.click()
    expect(page.locator(f"#{target} details")).to_have_attribute("open", "")


def test_paper_is_as_wide_as_all_rules(browser_page: Page, tmp_path: Path) -> None:
    tallies = tuple(RuleTally(rule=name, trials=3) for name in RULES)
    told = report((finding(),), (summary(name="A" * 60, tallies=tallies),))
    page = opened(browser_page, told, tmp_path).page
    page.emulate_media(media="print")
    # A4 without its margins, in CSS pixels.
    page.set_viewport_size({"width": 703, "height": 1000})
    heat = "document.querySelector('.heat')"
    wide = f"{heat}.getBoundingClientRect().width <= {heat}.parentElement.clientWidth"
    assert page.evaluate(wide)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 720})


def test_paper_shows_every_finding_open(browser_page: Page, tmp_path: Path) -> None:
    watched = opened(browser_page, whole(), tmp_path)
    page = watched.page
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#finding-" + "f" * 16 + " .block").first.is_visible()
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")
