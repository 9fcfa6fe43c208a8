"""`python -m web.cli`: how the supervisor starts its children with the very interpreter it runs on."""

from web.cli import main

main()
