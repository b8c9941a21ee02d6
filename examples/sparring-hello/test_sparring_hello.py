import sparring_hello
import torch

from sparring.testing import check_plugin


def test_the_plugin_keeps_the_contract() -> None:
    check_plugin(sparring_hello)


def test_it_is_nearly_the_absolute_difference() -> None:
    loss = sparring_hello.Charbonnier(epsilon=1e-6)

    value = loss(torch.tensor([3.0, -1.0]), torch.tensor([1.0, 0.0]))

    torch.testing.assert_close(value, torch.tensor(1.5))
