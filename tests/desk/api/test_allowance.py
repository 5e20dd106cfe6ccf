"""What one token may ask in a minute: of all processes together, and hardly a statement for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from at_once import at_once
from guiche.desk import clock
from guiche.desk.api.allowance import Allowance
from guiche.desk.api.token import ApiToken, Scope
from guiche.desk.models import User

NOW = clock.now().replace(second=10, microsecond=0)


def token_of(name: str) -> ApiToken:
    user = User.objects.create_user(name)
    return ApiToken.create(user, "teste", [Scope.READ], "30", user)[0]


def allowed(process: Allowance, token: ApiToken, many: int) -> int:
    return sum(process.allows(token, NOW) for _ in range(many))


@pytest.mark.django_db
@pytest.mark.parametrize("most", [1, 2, 10, 33, 60, 1200])
def test_of_one_process_it_is_exact(most: int) -> None:
    assert allowed(Allowance(most), token_of("bruno"), most + 10) == most


@pytest.mark.django_db
def test_of_several_it_is_little_more() -> None:
    processes, token = [Allowance(60) for _ in range(4)], token_of("bruno")
    total = sum(allowed(process, token, 1) for _ in range(60) for process in processes)
    assert 60 <= total <= 60 + 4 * 3
    assert allowed(Allowance(60), token, 60) == 3
    assert allowed(Allowance(60), token_of("carla"), 60) == 60


@pytest.mark.django_db
def test_in_the_next_minute_all_is_counted_anew() -> None:
    process, token = Allowance(10), token_of("bruno")
    assert allowed(process, token, 20) == 10
    assert process.wait(NOW) == 50
    assert process.allows(token, NOW + timedelta(seconds=50))
    assert process.allows(token, NOW - timedelta(hours=1))  # a clock that was set back


@pytest.mark.django_db
def test_few_requests_need_no_statement_and_many_few() -> None:
    process, token = Allowance(1200), token_of("bruno")
    with CaptureQueriesContext(connection) as queries:
        assert allowed(process, token, 60) == 60
        assert not queries.captured_queries
        assert allowed(process, token, 1140) == 1140
        assert len(queries) == 19
        assert allowed(process, token, 100) == 0
        assert len(queries) == 20


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_none_is_counted_twice(database: str) -> None:
    token, processes = token_of("bruno"), [Allowance(40) for _ in range(4)]
    done = at_once([lambda each=each: allowed(each, token, 40) for each in processes])  # type: ignore[misc]
    assert 40 <= sum(done) <= 40 + 4 * 2
    token.refresh_from_db()
    assert token.counted == 40
