"""No data link: a hand-over fails at once, so that the alarm tells people to phone. For partners without an address."""

from urllib.parse import SplitResult

from dispatch.linkage.protocol import NotConnected, OutgoingTransfer, Receipt


class NullLinkage:
    """Says for every hand-over that nobody is connected."""

    def forward(self, transfer: OutgoingTransfer) -> Receipt | None:
        raise NotConnected(transfer.partner, partner=transfer.partner)


def open_linkage(parts: SplitResult) -> NullLinkage:
    """The factory of `null:`."""
    return NullLinkage()
