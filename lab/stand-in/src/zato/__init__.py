"""A test double of Zato 3.3 for the host lab of cdktf-zato. This is not Zato."""
