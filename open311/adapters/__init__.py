"""The outside world: files and what is in them (images, tables, geographic files); mail, text messages, push messages
and webhooks; another GeoReport server, a provider of OpenID; seals. Where the network is the way, mail and text
messages have a local one besides.
"""
