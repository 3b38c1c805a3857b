"""Reads archives with zipfile: a line of JSON, {"archive": base64}, gets {"files": {name: base64}} or {"error": message}."""

import base64
import io
import json
import sys
import warnings
import zipfile

warnings.simplefilter('ignore')

for line in sys.stdin:
    try:
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(json.loads(line)['archive'])))
        files = [[i.filename, base64.b64encode(archive.read(i)).decode()] for i in archive.infolist() if not i.is_dir()]
        print(json.dumps({'files': files}))
    except Exception as error:
        print(json.dumps({'error': f'{type(error).__name__}: {error}'}))
