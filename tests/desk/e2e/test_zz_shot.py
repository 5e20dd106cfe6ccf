import pytest

from guiche.desk.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_shot(new_page, live_server):
    eva = User.objects.create_user("eva", name="Eva Exemplo", role="supervisao")
    for w, name in ((1280, "w"), (360, "n")):
        page = new_page(eva, viewport={"width": w, "height": 900})
        page.goto("/ajustes/")
        page.screenshot(path=f"/tmp/shots/ajustes_{name}.png", full_page=True)
        page.goto("/ajustes/cei-ausente/")
        page.screenshot(path=f"/tmp/shots/proc_{name}.png", full_page=True)
        page.locator("#parte-systems > summary").click()
        page.locator("#parte-screens\\.2 > summary").click()
        page.screenshot(path=f"/tmp/shots/proc_open_{name}.png", full_page=True)
        page.locator("[name='team']").evaluate("e => e.value='Retorno'")
        page.locator("[name='systems.2.name']").fill("FGTS Digital (novo)")
        page.get_by_role("button", name="Conferir").first.click()
        page.wait_for_url("**/conferir/")
        page.screenshot(path=f"/tmp/shots/conf_{name}.png", full_page=True)
        page.get_by_text("O formulário").scroll_into_view_if_needed()
        for s in page.locator("details:not([open]) > summary").all()[-6:-3]:
            s.click()
        page.screenshot(path=f"/tmp/shots/conf_open_{name}.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.goto("/ajustes/cei-ausente/versoes/")
        page.screenshot(path=f"/tmp/shots/vers_{name}.png", full_page=True)
        page.goto("/ajustes/cei-ausente/?modo=texto")
        page.screenshot(path=f"/tmp/shots/texto_{name}.png", full_page=True)
