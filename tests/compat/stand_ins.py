"""What stands for functions among the options of better-auth's plugins."""

# These stand for functions among a plugin's options; plugins.mjs puts them in. What SENT is called with is caught as
# a mail (its url, its code) to the address or number that it names, its kind "magicLink.sendMagicLink".
SENT = {"stand-in": "sent"}
A_NUMBER = {"stand-in": "a number"}
ADDRESS_OF_NUMBER = {"stand-in": "address of a number"}
