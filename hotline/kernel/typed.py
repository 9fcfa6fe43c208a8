"""Short words that people type into a field: without NUL and outer blanks, no longer than the column that keeps them.

Long texts of a claim are checked where they come in (`intake`).
"""

from hotline.kernel.errors import Invalid


def fitting(field: str, given: str, longest: int) -> str:
    """The words as they are kept, perhaps none. Raises Invalid naming the field for more than `longest` characters."""
    plain = given.replace("\x00", "").strip()
    if len(plain) > longest:
        raise Invalid(field, "too-long", maximum=longest, given=len(plain))
    return plain


def needed(field: str, given: str, longest: int) -> str:
    """The words as they are kept. Raises Invalid naming the field for none, or for more than `longest` characters."""
    plain = fitting(field, given, longest)
    if not plain:
        raise Invalid(field, "required")
    return plain
