# SPDX-License-Identifier: Apache-2.0
"""What the model folders share: the .tflite reader and writer, quantisation, and an integer reference interpreter."""
