"""Lists from Excel into a city: reading and writing sheets, what each kind of row means, checking and applying."""
