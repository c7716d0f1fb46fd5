gcloud functions deploy label --trigger-topic labels
gcloud functions deploy safe_label --trigger-topic labels
gcloud functions deploy stored --no-gen2 --trigger-bucket uploads
gcloud functions deploy safe_stored --no-gen2 --trigger-bucket uploads
