"""What an import of enmasse into Zato 4 needs before and after it, as content.sh asks for it."""

COMMANDS = {}
