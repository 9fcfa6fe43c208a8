"""From what was said to the fields of a ticket (智能填单), by rules, each field with the words it came from. Pure."""
