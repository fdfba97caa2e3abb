"""What the stand-in says about itself, so that nobody mistakes its output for Zato's."""

BANNER = 'Zato 3.3 stand-in (test double of cdktf-zato, not Zato)'
