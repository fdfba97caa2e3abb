"""What the stand-in says about itself, so that nobody mistakes its output for Zato's."""

# build.sh puts another release here.
RELEASE = '3.3'

BANNER = 'Zato 3.3 stand-in (test double of cdktf-zato, not Zato)'
