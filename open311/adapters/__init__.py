"""The outside world: files and what is in them (images, tables, geographic files); mail, text messages, push messages
and webhooks; other GeoReport servers and OpenID providers; seals. Mail and text messages also have a local
implementation that writes files.
"""
