"""The agents' side: what never reaches the crowd, notes and replies, handing over, long answers, edits."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e import desk, warble
from tests.e2e.people import ANN, GRACE, PHONE, TOMOS, People
from tests.e2e.product import BRAND, Product, until

ANGRY = "charged twice for one order, third call, this is a disgrace!!"


def test_an_angry_post_is_for_the_desk_alone(people: People, product: Product) -> None:
    agent, colleague = people.member(GRACE), people.member(ANN, screen=PHONE)
    desk.open_queue(agent, "desk")
    product.join("karl_twice", "Karl Twice")
    post_id = product.say("karl_twice", f"@{BRAND} {ANGRY}")
    expect(desk.row(agent, ANGRY)).to_contain_text("Angry")
    colleague.goto(f"{desk.CONSOLE}/answer/")
    expect(colleague.locator("#card")).to_be_visible()
    assert ANGRY not in colleague.content()
    people.watch_of(colleague).allow("403", "404")
    address = desk.row(agent, ANGRY).get_by_role("link").first.get_attribute("href") or ""
    refused = colleague.goto(address)
    assert refused is not None
    assert refused.status in {403, 404}

    note, reply = (
        "Order 7731 was booked twice, I have told billing",
        "I am sorry. I have the second charge on my list.",
    )
    desk.open_conversation(agent, "desk", ANGRY)
    desk.write(agent, reply)
    desk.note_box(agent).click()
    desk.note_box(agent).fill(note)
    expect(agent.locator("form.box-note .draft-state")).to_have_attribute("data-state", "saved")
    agent.reload()
    expect(desk.reply_box(agent)).to_have_value(reply)
    expect(desk.note_box(agent)).to_have_value(note)

    agent.get_by_role("button", name="Save note").click()
    expect(agent.locator(".msg-note")).to_contain_text(note)
    expect(desk.reply_box(agent)).to_have_value(reply)
    desk.reply_box(agent).click()
    desk.send_button(agent).click()
    until(lambda: product.replies_to(post_id), what="the reply on the network")
    assert not any("7731" in text for text in product.posts_of_brand())
    for address in (f"/en/{BRAND}/?q=7731", f"/en/{BRAND}/?q=billing", f"/en/{BRAND}/feed.json"):
        assert "booked twice" not in product.client.get(address).text


def test_a_colleague_hands_a_question_to_the_desk(people: People, product: Product) -> None:
    product.join("odd_smell", "Otis Odd")
    product.say("odd_smell", "Tamarind, is it normal that the Pepper power bank gets warm in a drawer?")
    colleague, agent = people.member(ANN, screen=PHONE), people.member(TOMOS)
    desk.open_queue(agent, "desk")
    desk.show_card(colleague, "power bank gets warm")
    colleague.get_by_text("Not for us: hand it to the desk").click()
    colleague.get_by_label("It needs an expert").check()
    colleague.get_by_role("button", name="Hand it to the desk").click()
    expect(colleague.locator(".question-card", has_text="power bank gets warm")).to_have_count(0)
    desk.row(agent, "power bank gets warm").get_by_role("link").first.click()
    expect(agent.locator(".thread")).to_contain_text("Ann handed it to the desk: It needs an expert")


def test_a_long_answer_goes_out_in_parts(people: People, product: Product) -> None:
    product.join("long_story", "Lena Long")
    post_id = product.say("long_story", "Tamarind, how do I move everything from my old Clove to a Clove 5?")
    agent = people.member(GRACE)
    desk.open_conversation(agent, "crowd", "move everything from my old Clove")
    steps = [
        f"Step {number}: open the menu, choose the page for moving, and wait for the ring."
        for number in range(1, 8)
    ]
    desk.write(agent, " ".join(steps))
    expect(agent.locator(".counter")).to_contain_text("too many")
    expect(desk.send_button(agent)).to_be_disabled()
    agent.get_by_label("Send in parts").check()
    preview = agent.locator("ol.parts li")
    expect(preview.nth(1)).to_be_visible()
    shown = preview.all_inner_texts()
    desk.send_button(agent).click()

    def posted() -> list[str]:
        chain, last = [], post_id
        while below := product.replies_to(last):
            chain += [one["text"] for one in below]
            last = below[-1]["id"]
        return chain if len(chain) >= len(shown) else []

    texts = until(posted, within_s=30, what="all parts on the network")
    assert texts == [" ".join(part.split()) for part in shown]
    assert texts[-1].endswith("^Grace, Care Desk")


def test_edits_and_deletions_follow(people: People, product: Product) -> None:
    customer, agent, reader = people.somebody(), people.member(GRACE), people.somebody()
    warble.join(customer, "second_thoughts", "Sam Second")
    post_id = warble.post(customer, "Tamarind, does the Ginger air fryer fit under a low cupbord?")
    desk.open_conversation(agent, "crowd", "under a low cupbord")
    reader.goto(f"/en/{BRAND}/")
    card = reader.locator("article.card", has_text="Ginger air fryer fit under")
    expect(card).to_be_visible()
    warble.edit(customer, post_id, "Tamarind, does the Ginger air fryer fit under a 40 cm cupboard?")
    expect(agent.locator(".thread")).to_contain_text("40 cm cupboard")
    expect(agent.locator(".thread")).to_contain_text("edited")
    expect(card).to_contain_text("40 cm cupboard")
    warble.delete(customer, post_id)
    expect(agent.locator(".thread")).to_contain_text("Taken down by its author.")
    expect(agent.locator(".thread")).not_to_contain_text("40 cm")
    expect(reader.locator("body")).not_to_contain_text("40 cm cupboard")
    assert "40 cm" not in product.client.get(f"/en/{BRAND}/?q=cupboard").text
